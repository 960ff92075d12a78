#include "Pieces.h"

#include <algorithm>

namespace k8s {

namespace {

constexpr size_t most_problems = 10;

} // namespace

void Pieces::Add(std::string_view lines) {
    // A text begins anew with each Load(), so the header that holds goes in front of it.
    const std::string text = fields.empty() ? std::string(lines) : fields + std::string(lines);
    const auto loaded = timeline.Load(text);
    total.rows += loaded.rows;
    total.applied += loaded.applied;
    total.bad += loaded.bad;
    for ( const auto& [line, reason] : loaded.problems )
        if ( total.problems.size() < most_problems )
            total.problems.push_back({line + lines_before - (fields.empty() ? 0 : 1), reason});

    lines_before += static_cast<size_t>(std::ranges::count(lines, '\n'));
    Remember(lines);
}

// Keeps the last `#fields` line of a piece.
void Pieces::Remember(std::string_view lines) {
    constexpr std::string_view word = "#fields\t";
    for ( auto at = lines.rfind(word); at != std::string_view::npos; at = lines.rfind(word, at - 1) ) {
        if ( at == 0 || lines[at - 1] == '\n' ) {
            fields = lines.substr(at, lines.find('\n', at) - at + 1);
            return;
        }
    }
}

} // namespace k8s
