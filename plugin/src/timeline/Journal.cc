#include "Journal.h"

#include <cstdio>
#include <memory>

#include "Pieces.h"

namespace k8s {

namespace {

constexpr size_t piece_size = 1 << 20;

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
