#include "Journal.h"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace k8s {

namespace {

constexpr size_t piece_size = 1 << 20;
constexpr size_t most_problems = 10;

/** Hands pieces of whole lines to a timeline, each behind the header that holds for it. */
class Pieces final {
public:
    explicit Pieces(Timeline& timeline) : timeline(timeline) {}

    void Add(std::string_view lines) {
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

    const Timeline::Loaded& Total() const { return total; }

private:
    // Keeps the last `#fields` line of a piece.
    void Remember(std::string_view lines) {
        constexpr std::string_view word = "#fields\t";
        for ( auto at = lines.rfind(word); at != std::string_view::npos; at = lines.rfind(word, at - 1) ) {
            if ( at == 0 || lines[at - 1] == '\n' ) {
                fields = lines.substr(at, lines.find('\n', at) - at + 1);
                return;
            }
        }
    }

    Timeline& timeline;
    Timeline::Loaded total;
    std::string fields;
    size_t lines_before = 0;
};

} // namespace

std::optional<Timeline::Loaded> LoadJournal(Timeline& timeline, const std::string& path) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "rb"), &fclose);
    if ( ! file )
        return std::nullopt;

    Pieces pieces(timeline);
    std::string buffer;
    size_t used = 0;
    while ( true ) {
        buffer.resize(used + piece_size); // a line may be longer than a piece
        const auto size = fread(buffer.data() + used, 1, piece_size, file.get());
        if ( ferror(file.get()) )
            return std::nullopt;

        used += size;
        const std::string_view text(buffer.data(), used);
        if ( size == 0 ) {
            if ( used > 0 )
                pieces.Add(text);
            return pieces.Total();
        }

        const auto whole = text.rfind('\n') + 1; // 0 if there is no whole line yet
        if ( whole > 0 )
            pieces.Add(text.substr(0, whole));
        buffer.erase(0, whole);
        used -= whole;
    }
}

} // namespace k8s
