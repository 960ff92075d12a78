#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "Ring.h"
#include "Timeline.h"

namespace k8s {

/** Which end of a connection. */
enum class Side : uint8_t { orig, resp };

constexpr std::string_view Name(Side side) noexcept { return side == Side::orig ? "orig" : "resp"; }

/** What was asked about an end of the connection that a line is about. */
struct LineEnd {
    std::string_view uid; ///< Of the connection.
    Side side = Side::orig;
    Address address;
    int64_t time = 0; ///< The line's own.
    uint16_t port = 0;
    Proto proto = Proto::none;
    Filter filter;
};

/** A line that would be written otherwise now. Valid until the timeline changes. */
struct Amendment {
    LineEnd end;
    int64_t written;         ///< When the line was.
    Match was;               ///< The match that was written.
    Timeline::Answer answer; ///< What is known now.
};

/**
 * Remembers for a while what lines were told about the ends of connections, and finds those that
 * rows heard later have proven wrong. For each uid and side the first answer counts, and there is
 * at most one amendment.
 *
 * An owner who is sure now is told at once: another one, the first one at all, and one who was early.
 * Whatever else has changed may be overtaken, so it is told when the line is forgotten, if it still
 * holds then: that another owner may have been meant, that it is in doubt, that nobody is known.
 *
 * A row marks its address and is done; Review() asks again, as much of it at a time as it is
 * allowed to. Takes 96 bytes for each end that is remembered, and 20 to 40 for each that may be.
 */
class Amendments final : public Watcher {
public:
    using Report = std::function<void(const Amendment&)>;

    /** How much one Review() may do. */
    struct Limit {
        size_t looks = std::numeric_limits<size_t>::max();
        size_t reports = std::numeric_limits<size_t>::max();

        [[nodiscard]] bool Left() const noexcept { return looks > 0 && reports > 0; }
    };

    /**
     * Forgets all, and begins anew.
     *
     * @param most How many ends are remembered at most; 0 for none.
     * @param within For how long, in microseconds.
     */
    void Start(size_t most, int64_t within);

    /** Whether anything is remembered at all. */
    [[nodiscard]] bool On() const noexcept { return most > 0; }

    /**
     * Remembers an end, unless its uid and side are remembered.
     *
     * @param end What was asked. Without a uid it is not remembered.
     * @param answer The answer that was written.
     * @param now When, in microseconds. Must not go back.
     * @param timeline Who gave the answer.
     */
    void Remember(const LineEnd& end, const Timeline::Answer& answer, int64_t now, const Timeline& timeline);

    void Touched(const Address& address) noexcept override;

    /**
     * Looks for amendments, and forgets what is too old.
     *
     * @param timeline Who is asked again.
     * @param now In microseconds.
     * @param limit How much to do; what is left is done by the next call.
     * @param report Is told each amendment, the earliest written first.
     */
    void Review(const Timeline& timeline, int64_t now, Limit limit, const Report& report);

    /** How many are remembered. */
    [[nodiscard]] size_t Size() const noexcept { return entries.Size(); }

    /** How many amendments there have been. */
    [[nodiscard]] uint64_t Reported() const noexcept { return reported; }

    /** How many ends were forgotten before their time, or never remembered, for want of room. */
    [[nodiscard]] uint64_t Dropped() const noexcept { return dropped; }

private:
    static constexpr size_t longest_uid = 32;

    struct Entry {
        Address address;
        int64_t time;
        int64_t written;
        uint64_t owner; ///< See Timeline::Identity(); 0 for nobody.
        Filter filter;
        uint32_t older_of_address; ///< A link to another one in the same place.
        uint32_t older_of_uid;
        uint16_t port;
        Proto proto;
        Match match;
        Side side;
        bool reported;
        bool doubtful; ///< The answer was weaker when last looked at.
        uint8_t uid_length;
        std::array<char, longest_uid> uid;

        [[nodiscard]] std::string_view Uid() const noexcept { return {uid.data(), uid_length}; }
    };
    static_assert(sizeof(Entry) == 96);

    [[nodiscard]] size_t PlaceOf(const Address& address) const noexcept {
        return HashNumbers(address.hi, address.lo, 0) & (by_address.size() - 1);
    }
    [[nodiscard]] size_t PlaceOf(std::string_view uid, Side side) const noexcept {
        return (HashBytes(uid) + static_cast<uint32_t>(side)) & (by_uid.size() - 1);
    }
    [[nodiscard]] bool IsDirty(size_t place) const noexcept { return dirty[place / 64] >> place % 64 & 1; }
    [[nodiscard]] bool Knows(uint32_t link, const LineEnd& end) const noexcept;
    [[nodiscard]] bool Doubted(uint64_t number) const noexcept;
    bool FindDirty() noexcept;
    void Look(Entry& entry, const Timeline& timeline, bool last, Limit& limit);

    size_t most = 0;
    int64_t within = 0;

    Ring<Entry> entries;
    std::vector<uint32_t> by_address; // a link to the newest one with such a hash; a power of two of them
    std::vector<uint32_t> by_uid;     // so many that most are empty: what is in one has to be read

    std::vector<uint64_t> dirty; // a bit for each place of by_address: a row was heard
    size_t dirty_count = 0;
    size_t reviewed = 0;                                   // the place that was begun last
    uint64_t cursor = 0;                                   // the next one to be looked at in there, or 0
    std::vector<Entry> leaving;                            // doubted when there was no room for them any more
    std::vector<std::pair<Entry, Timeline::Answer>> found; // only while a review is under way

    uint64_t reported = 0;
    uint64_t dropped = 0;
};

} // namespace k8s
