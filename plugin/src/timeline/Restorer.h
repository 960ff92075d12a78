#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "CacheFormat.h"
#include "Pieces.h"

namespace k8s {

/** What became of a cache. */
struct Restored {
    size_t rows = 0;     ///< That are in use.
    Marks marks;         ///< How far each feed had come.
    std::string problem; ///< What is wrong with it; empty if all is well.
};

/** Reads a cache block by block, as far as it is as it was written. The text may be anything. */
class Restorer final {
public:
    /** Makes one that only looks whether all is as it was written. */
    Restorer() = default;

    /** @param timeline Where the rows go. */
    explicit Restorer(Timeline& timeline) : pieces(timeline) {}

    /** Takes the next bytes. @return Whether more are wanted. */
    bool Add(std::string_view bytes);

    /** To be called at the end of the file. */
    Restored Finish();

private:
    bool Take(std::string_view block, std::string_view sum_line);
    bool Fail(std::string_view reason);

    std::optional<Pieces> pieces;
    Restored restored;
    size_t lines = 0;
    std::string buffer;
    size_t searched = 0; // up to where no block ends
    uint64_t sum = 0;
};

} // namespace k8s
