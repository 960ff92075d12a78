#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace k8s {

/**
 * Claims that have ended, the earliest first, so that eviction looks at nothing else. An entry is
 * not taken out when its claim changes: whoever takes it checks that the claim still ends then.
 */
class EndQueue final {
public:
    using Entry = std::pair<int64_t, uint32_t>; ///< An end, and the id of a claim.

    /** Makes room for one more. */
    void Reserve() {
        if ( entries.size() == entries.capacity() )
            entries.reserve(entries.size() + entries.size() / 4 + 16);
    }

    void Push(Entry entry) {
        entries.push_back(entry);
        std::push_heap(entries.begin(), entries.end(), std::greater<>{});
    }

    [[nodiscard]] bool HasBefore(int64_t time) const noexcept {
        return ! entries.empty() && entries.front().first < time;
    }

    Entry Pop() noexcept {
        std::pop_heap(entries.begin(), entries.end(), std::greater<>{});
        const auto entry = entries.back();
        entries.pop_back();
        return entry;
    }

    /** Drops the entries that do not hold any more. */
    template<class Holds>
    void Compact(const Holds& holds) noexcept {
        std::erase_if(entries, [&](const Entry& entry) { return ! holds(entry); });
        std::sort(entries.begin(), entries.end());
        entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    }

    [[nodiscard]] size_t Size() const noexcept { return entries.size(); }

private:
    std::vector<Entry> entries;
};

} // namespace k8s
