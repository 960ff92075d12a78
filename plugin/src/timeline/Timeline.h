#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "Address.h"
#include "Changes.h"
#include "Claim.h"
#include "Domains.h"
#include "EndQueue.h"
#include "Index.h"
#include "Model.h"
#include "Owners.h"
#include "Ranges.h"
#include "Row.h"
#include "Slab.h"
#include "Strings.h"

namespace k8s {

/** Is told which addresses the answer may have changed for. */
class Watcher {
public:
    virtual ~Watcher() = default;
    virtual void Touched(const Address& address) noexcept = 0;
};

/**
 * All claims, and the one question asked of them: who owned an address at a time?
 *
 * The answer is a pure function over the set of claims; the order in which they were heard does not
 * matter, and there is no hidden clock. The Python twin is `tools/k8s_sync/timeline.py`.
 *
 * For one thread.
 */
class Timeline final {
public:
    /** An answer. */
    struct Answer {
        Match match = Match::nothing;
        const Claim* claim = nullptr; ///< Who it was, where one can be named. Valid until a change.
    };

    /** A row that could not be used. */
    struct Problem {
        size_t line; ///< From 1, in the text that was given.
        std::string reason;
    };

    /** What became of a text. */
    struct Loaded {
        size_t rows = 0;               ///< That could be used.
        size_t applied = 0;            ///< Of these, how many changed the timeline.
        size_t bad = 0;                ///< That could not be used.
        std::vector<Problem> problems; ///< The first ten of these.
    };

    /**
     * @param linger How long an address that nobody took over still resolves to its last owner.
     * @param lead How long before the start that the API tells an address may have been used.
     */
    explicit Timeline(int64_t linger = 120 * second, int64_t lead = 30 * second);

    Timeline(const Timeline&) = delete; // the owners refer to the strings
    Timeline& operator=(const Timeline&) = delete;

    /** @param new_watcher Is told which addresses claims speak of from now on; may be null. */
    void Watch(Watcher* new_watcher) noexcept { watcher = new_watcher; }

    /** @param new_changes Is told which rows change from now on; may be null. */
    void Record(Changes* new_changes) noexcept { changes = new_changes; }

    /** Applies the rows of a text, which may be hostile. See Reader. */
    Loaded Load(std::string_view text) noexcept;

    /** Applies a row; the newest revision of a key wins. @return Whether anything changed. */
    bool Apply(const Row& row);

    /**
     * Says who owned an address. Neither allocates nor locks nor hashes a string: one probe for the
     * address, one for its port, and where no claim counts one for each length of a range's prefix.
     *
     * @param address The address.
     * @param time In microseconds since the epoch.
     * @param port Lets port claims (host ports, node ports) answer; 0 for none.
     * @param proto The port's protocol.
     * @param filter Which clusters and networks to ask. See Only().
     */
    [[nodiscard]] Answer Owner(const Address& address, int64_t time, uint16_t port = 0, Proto proto = Proto::none,
                               const Filter& filter = {}) const noexcept;

    /**
     * Makes a filter; keep it, it holds for good. An unset name lets any pass. The empty network is
     * that of the pods.
     */
    Filter Only(std::optional<std::string_view> cluster, std::optional<std::string_view> network);

    /** All about an owner, by Claim::owner. Valid until a change. */
    [[nodiscard]] OwnerView Describe(uint32_t owner) const noexcept { return owners.View(owner); }

    /**
     * Tells apart the owners that had one id over time: what was made from an owner can be kept under
     * its id as long as its stamp is the same. Never 0 for an owner that is there.
     */
    [[nodiscard]] uint32_t Stamp(uint32_t owner) const noexcept { return owners.Stamp(owner); }

    /**
     * What stands for the uid of an owner in this process, also after the owner is gone. Never 0.
     * Two uids have the same one with a chance of one in 2^64.
     */
    [[nodiscard]] uint64_t Identity(uint32_t owner) const noexcept { return owners.Identity(owner); }

    /** The name of a cluster, by Claim::domain. */
    [[nodiscard]] std::string_view ClusterName(uint16_t domain) const noexcept { return domains.ClusterName(domain); }

    /** The name of a network, by Claim::domain. */
    [[nodiscard]] std::string_view NetworkName(uint16_t domain) const noexcept { return domains.NetworkName(domain); }

    /**
     * Sums up what a cluster holds now, whatever the order it came in. Two timelines with equal
     * digests hold the same revisions.
     */
    [[nodiscard]] uint64_t Digest(std::string_view cluster) const noexcept;

    /** Counts the claims of a cluster that have not ended. */
    [[nodiscard]] size_t Claims(std::string_view cluster) const noexcept;

    /** Counts all claims and ranges, ended ones included. */
    [[nodiscard]] size_t Total() const noexcept { return claim_count + ranges.Size(); }

    /** All ranges, withdrawn ones included. */
    [[nodiscard]] const Ranges& AllRanges() const noexcept { return ranges; }

    /** Sets what the rows of a cluster that come next are marked with; 0 leaves marks alone. See last_generation. */
    void SetGeneration(std::string_view cluster, uint64_t generation) noexcept;

    /**
     * Ends what a snapshot did not confirm. Looks at every claim: a few milliseconds per million.
     *
     * @param cluster Whose snapshot it was.
     * @param generation The mark that the snapshot's rows carry.
     * @param at When the others end, in microseconds.
     * @return How many rows were ended.
     */
    size_t Sweep(std::string_view cluster, uint64_t generation, int64_t at);

    /**
     * Lets any row win over what is known of a cluster: the clock that its revisions are made from
     * was put back. What is known stays until then.
     */
    void Distrust(std::string_view cluster) noexcept;

    /**
     * Forgets claims that ended before a time, the oldest first.
     *
     * @param before In microseconds.
     * @param limit How many at most, to bound the time it takes.
     * @return How many were forgotten.
     */
    size_t Evict(int64_t before, size_t limit = std::numeric_limits<size_t>::max()) noexcept;

    /** Appends all rows as the text of a journal, which Load() reads. */
    void Write(std::string& out) const;

    /** Appends one claim as the text of a row, newline included. */
    void Write(const Claim& claim, std::string& out) const;

    /**
     * Finds the next row, beginning with 0, which is that row itself if it is there. The numbers of
     * ranges are below those of claims; that of a forgotten claim may be given to another one.
     */
    [[nodiscard]] std::optional<uint32_t> RowFrom(uint32_t row) const noexcept;

    /** The domain of a row that RowFrom() has found. */
    [[nodiscard]] uint16_t DomainOf(uint32_t row) const noexcept;

    /** Appends a row that RowFrom() has found, newline included. */
    void WriteRow(uint32_t row, std::string& out) const;

private:
    struct Question;

    static uint32_t Hash(const Address& address, uint16_t port, Proto proto) noexcept {
        return HashNumbers(address.hi, address.lo, uint64_t{port} << 8 | static_cast<uint64_t>(proto));
    }

    [[nodiscard]] uint32_t Head(const Address& address, uint16_t port, Proto proto) const noexcept;
    [[nodiscard]] uint32_t Known(const Row& row, uint16_t domain, uint32_t head) const noexcept;
    [[nodiscard]] bool Holds(const EndQueue::Entry& entry) const noexcept;
    bool ApplyClaim(const Row& row, uint16_t domain);
    bool ApplyRange(const Row& row, uint16_t domain);
    void Count(const Claim& claim, bool add) noexcept;
    void Forget(uint32_t id) noexcept;

    // How questions are decided, in Lookup.cc.
    [[nodiscard]] int Rank(const Claim& claim, const Question& question) const noexcept;
    [[nodiscard]] bool MayHoldElsewhere(const Claim& claim, const Question& question) const noexcept;
    [[nodiscard]] bool Precedes(const Claim& a, int a_rank, const Claim& b, int b_rank) const noexcept;
    [[nodiscard]] Answer Settle(const Question& question, const Claim& winner, int rank) const noexcept;

    int64_t linger;
    int64_t lead;
    Watcher* watcher = nullptr;
    Changes* changes = nullptr;

    Strings texts;
    Owners owners{texts};
    Domains domains;
    Ranges ranges;

    Slab<Claim, &Claim::next> claims; // one that is free has no owner
    Index index;                      // from address, port and protocol to the first claim
    EndQueue ended;

    size_t claim_count = 0;
    size_t ended_count = 0;
    size_t port_count = 0; // with a port, so that most questions need not ask for one
};

} // namespace k8s
