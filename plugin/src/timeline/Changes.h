#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace k8s {

/** Rows of a timeline that have changed since somebody last looked, by Timeline::RowFrom(). */
class Changes final {
public:
    /** Takes note that a row is new, or that a newer revision of it came. */
    void Note(uint32_t row) noexcept {
        if ( lost )
            return;
        try {
            rows.push_back(row);
        } catch ( ... ) {
            Lose();
        }
    }

    /** Takes note that something changed that is not told by new revisions. */
    void Lose() noexcept {
        lost = true;
        rows.clear();
    }

    /** Begins anew: somebody looks at all rows. */
    void Clear() noexcept {
        lost = false;
        rows.clear();
    }

    /** Takes out the first row. There has to be one. */
    uint32_t Take() noexcept {
        const auto row = rows.front();
        rows.pop_front();
        return row;
    }

    /** Whether more has changed than these rows. */
    [[nodiscard]] bool Lost() const noexcept { return lost; }

    [[nodiscard]] size_t Size() const noexcept { return rows.size(); }

private:
    std::deque<uint32_t> rows;
    bool lost = false;
};

} // namespace k8s
