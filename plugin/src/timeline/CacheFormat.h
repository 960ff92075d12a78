#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// A cache is a journal that also says how far it goes. It is made of blocks: rows, then marks, then
// the sum of all that is before. It is as it was written up to the first block whose sum is wrong.
//
//     #cache 1
//     #separator ... #types          as in a journal
//     ROWS
//     #source NAME EPOCH SEQ HEARD   with tabs: up to there all rows of that feed are in the file
//     #sum HEX

namespace k8s {

/** How far the feed of a source had come. */
struct Mark {
    uint64_t epoch = 0; ///< The run of the daemon; 0 if its claims were not complete.
    uint64_t seq = 0;   ///< The last delta that was taken in without a gap before it.
    int64_t heard = 0;  ///< When the daemon was last heard.
};

/** By the names of sources. */
using Marks = std::map<std::string, Mark, std::less<>>;

/** What a file begins with. */
constexpr std::string_view cache_line = "#cache\t1\n";

/** What a line begins with that ends a block. */
constexpr std::string_view sum_word = "#sum\t";

/** Sums up text behind what was summed up before. Finds accidents, not malice. */
uint64_t SumOf(uint64_t before, std::string_view text) noexcept;

/** Appends a mark as a line. */
void AppendMark(std::string_view source, const Mark& mark, std::string& out);

/** Appends the line that ends a block. */
void AppendSum(uint64_t sum, std::string& out);

/** Reads the marks of a block. The last one of a source holds. */
void ReadMarks(std::string_view block, Marks& marks);

/** Reads the line that ends a block, without its newline. */
std::optional<uint64_t> ReadSum(std::string_view line) noexcept;

} // namespace k8s
