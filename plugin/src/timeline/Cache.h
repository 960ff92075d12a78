#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "CacheFormat.h"
#include "Changes.h"
#include "Spool.h"
#include "Timeline.h"

namespace k8s {

/**
 * Keeps a file that is as good as the timeline, for the next start. It costs whoever feeds the
 * timeline a few hundred rows of work in each step; a thread writes them.
 *
 *     Start ──▶ all rows, to a new file ──▶ it takes its place ──▶ what changes is added to it
 *                       ▲                                                       │
 *                       └──── it has doubled, or a sweep has ended claims ◀─────┘
 *
 * The file of an earlier run is never added to, as nothing is known of its end.
 */
class Cache final {
public:
    /** @param timeline Has to outlive this, and tells its changes to nobody else. */
    explicit Cache(Timeline& timeline) : timeline(timeline) {}

    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;
    ~Cache() { timeline.Record(nullptr); }

    /** Begins to keep a file, or begins anew. @param path Its name. */
    void Start(std::string path);

    /** Says how far the feed of a source has come by now. Only the claims of such sources are kept. */
    void Set(std::string_view source, const Mark& mark);

    /** Keeps nothing more of a source. */
    void Drop(std::string_view source);

    /**
     * Does a bit of the work. The marks have to be set just before.
     *
     * @param rows How many rows at most.
     * @return Why nothing is kept any more until Start(); empty if all is well.
     */
    std::string Step(size_t rows) noexcept;

    /** Does all the work, and waits for the disk. @return As Step(). */
    std::string Finish() noexcept;

    /** How large the file is, in bytes, with what is yet to be written. */
    [[nodiscard]] uint64_t Bytes() const noexcept { return bytes; }

    /** How many files with all rows have taken their place. */
    [[nodiscard]] uint64_t Rewrites() const { return spool.Look().commits; }

private:
    enum class Phase : uint8_t {
        off,
        begin, ///< There is something to keep as soon as there is a source.
        all,   ///< A new file gets all rows,
        rest,  ///< and then those that have changed meanwhile.
        adding ///< It has taken its place.
    };

    bool Work(size_t rows);
    [[nodiscard]] bool MustBeginAnew() const noexcept;
    void Begin(std::string& block);
    void AddNewSources(std::string& block);
    void AddRows(size_t rows, std::string& block);
    void AddRow(uint32_t row, std::string& block) const;
    void AddMarks(std::string& block);
    [[nodiscard]] bool HasNewMarks() const;
    void End(std::string block);
    std::string Stop(std::string problem) noexcept;

    Timeline& timeline;
    Changes changes;
    Spool spool;
    std::string path;
    Phase phase = Phase::off;
    Marks marks;
    Marks told;          // of these, what the file says
    uint32_t cursor = 0; // of all rows, the next one
    uint64_t sum = 0;
    uint64_t bytes = 0;
    uint64_t whole = 0; // bytes of the file when it took its place
};

} // namespace k8s
