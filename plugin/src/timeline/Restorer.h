#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "CacheFormat.h"
#include "Pieces.h"

namespace k8s {

/** What became of a cache. */
struct Restored {
    size_t rows = 0;     ///< That are in use.
    Marks marks;         ///< How far each feed had come when the last good block was written.
    std::string problem; ///< Why nothing was read after that; empty if all was.
};

/** Reads a cache block by block, and takes in what is as it was written. The text may be anything. */
class Restorer final {
public:
    /** @param timeline Where the rows go. */
    explicit Restorer(Timeline& timeline) : pieces(timeline) {}

    /** Takes the next bytes. @return Whether more are wanted. */
    bool Add(std::string_view bytes);

    /** To be called at the end of the file. */
    Restored Finish();

private:
    bool Take(std::string_view block, std::string_view sum_line);
    bool Fail(std::string_view reason);

    Pieces pieces;
    Restored restored;
    std::string buffer;
    size_t searched = 0; // up to where no block ends
    uint64_t sum = 0;
};

} // namespace k8s
