#pragma once

#include <string>
#include <string_view>

#include "Timeline.h"

namespace k8s {

/** Hands a long text to a timeline piece by piece, each behind the header that holds for it. */
class Pieces final {
public:
    explicit Pieces(Timeline& timeline) : timeline(timeline) {}

    /** @param lines The next ones, whole. */
    void Add(std::string_view lines);

    /** What became of all that was handed on. Lines are counted from the first one. */
    [[nodiscard]] const Timeline::Loaded& Total() const noexcept { return total; }

    /** How many lines that were. */
    [[nodiscard]] size_t Lines() const noexcept { return lines_before; }

private:
    void Remember(std::string_view lines);

    Timeline& timeline;
    Timeline::Loaded total;
    std::string fields;
    size_t lines_before = 0;
};

} // namespace k8s
