#include "CacheFormat.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "Escape.h"

namespace k8s {

namespace {

constexpr std::string_view mark_word = "#source\t";

// Takes what is in front of the next tab away from the text.
std::string_view TakeCell(std::string_view& text) noexcept {
    const auto cell = text.substr(0, text.find('\t'));
    text.remove_prefix(std::min(text.size(), cell.size() + 1));
    return cell;
}

template<class Number>
bool Parse(std::string_view cell, Number& number, int base = 10) noexcept {
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number, base);
    return error == std::errc{} && end == cell.data() + cell.size();
}

void ReadMark(std::string_view line, Marks& marks) {
    const auto name = TakeCell(line);
    Mark mark;
    if ( ! Parse(TakeCell(line), mark.epoch) || ! Parse(TakeCell(line), mark.seq) || ! Parse(line, mark.heard) )
        return; // of a later release; the feed is not complete then
    std::string plain;
    Unescape(name, plain);
    marks.insert_or_assign(std::move(plain), mark);
}

} // namespace

uint64_t SumOf(uint64_t before, std::string_view text) noexcept {
    constexpr uint64_t odd = 0x9e3779b97f4a7c15;
    auto sum = before ^ text.size();
    while ( ! text.empty() ) {
        uint64_t word = 0;
        const auto size = std::min(text.size(), sizeof(word));
        std::memcpy(&word, text.data(), size);
        text.remove_prefix(size);
        // Each step can be undone, so no change of a single word is lost.
        sum = (std::rotl(sum, 29) ^ word) * odd;
    }
    return sum ^ sum >> 32;
}

void AppendMark(std::string_view source, const Mark& mark, std::string& out) {
    out += mark_word;
    EscapeString(source, out);
    out.append("\t").append(std::to_string(mark.epoch)).append("\t").append(std::to_string(mark.seq));
    out.append("\t").append(std::to_string(mark.heard)).append("\n");
}

void AppendSum(uint64_t sum, std::string& out) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(sum));
    out.append(sum_word).append(text.data()).append("\n");
}

void ReadMarks(std::string_view block, Marks& marks) {
    while ( ! block.empty() ) {
        auto line = block.substr(0, block.find('\n'));
        block.remove_prefix(std::min(block.size(), line.size() + 1));
        if ( line.starts_with(mark_word) )
            ReadMark(line.substr(mark_word.size()), marks);
    }
}

std::optional<uint64_t> ReadSum(std::string_view line) noexcept {
    uint64_t sum = 0;
    if ( ! line.starts_with(sum_word) || ! Parse(line.substr(sum_word.size()), sum, 16) )
        return {};
    return sum;
}

} // namespace k8s
