#include "Restorer.h"

#include <algorithm>

namespace k8s {

namespace {

constexpr size_t longest_block = 16 << 20; // many times what is ever written

} // namespace

bool Restorer::Add(std::string_view bytes) {
    if ( ! restored.problem.empty() )
        return false;

    buffer.append(bytes);
    const std::string_view text(buffer);
    if ( lines == 0 && ! text.starts_with(cache_line.substr(0, text.size())) )
        return Fail("not a cache of this version");

    const auto end_of_rows = std::string("\n").append(sum_word);
    size_t begin = 0;
    while ( true ) {
        const auto rows = text.find(end_of_rows, searched);
        const auto end = rows == std::string::npos ? rows : text.find('\n', rows + 1);
        if ( end == std::string::npos ) {
            // The word may be cut in two.
            const auto behind = text.size() - std::min(text.size() - begin, sum_word.size());
            searched = std::min(rows, behind) - begin;
            break;
        }
        if ( ! Take(text.substr(begin, rows + 1 - begin), text.substr(rows + 1, end - rows)) )
            return false;
        begin = searched = end + 1;
    }
    buffer.erase(0, begin);
    return buffer.size() <= longest_block || Fail("a block without an end");
}

bool Restorer::Take(std::string_view block, std::string_view sum_line) {
    const auto expected = SumOf(sum, block);
    if ( ReadSum(sum_line.substr(0, sum_line.size() - 1)) != expected )
        return Fail("wrong sum");

    const std::string_view all(block.data(), block.size() + sum_line.size());
    lines += static_cast<size_t>(std::ranges::count(all, '\n'));
    sum = expected;
    if ( pieces ) {
        pieces->Add(all);
        ReadMarks(block, restored.marks);
    }
    return true;
}

bool Restorer::Fail(std::string_view reason) {
    restored.problem = "after line " + std::to_string(lines) + ": ";
    restored.problem += reason;
    return false;
}

Restored Restorer::Finish() {
    if ( restored.problem.empty() && (! buffer.empty() || lines == 0) )
        Fail("cut off");
    if ( pieces ) {
        const auto& total = pieces->Total();
        restored.rows = total.rows;
        if ( restored.problem.empty() && ! total.problems.empty() ) {
            const auto& [line, reason] = total.problems.front();
            restored.problem = "line " + std::to_string(line) + ": " + reason;
        }
    }
    // Something is missing, such as rows of another release: everything has to be told again.
    if ( ! restored.problem.empty() )
        for ( auto& [unused, mark] : restored.marks )
            mark.epoch = mark.seq = 0;
    return std::move(restored);
}

} // namespace k8s
