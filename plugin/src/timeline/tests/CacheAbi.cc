// The cache as C functions, for the Python tests. Not built into the plugin. See Abi.cc.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "../Cache.h"
#include "../CacheFile.h"

namespace {

size_t Give(std::string_view text, char* out, size_t room) {
    if ( text.size() <= room )
        std::memcpy(out, text.data(), text.size());
    return text.size();
}

} // namespace

extern "C" {

// Reads a cache file. Writes how many rows it had, a newline, its marks as it has them itself, and
// what was wrong with it.
size_t k8s_cache_restore(k8s::Timeline* timeline, const char* path, char* out, size_t room) {
    const auto restored = k8s::Restore(*timeline, path);
    auto text = std::to_string(restored.rows) + "\n";
    for ( const auto& [source, mark] : restored.marks )
        k8s::AppendMark(source, mark, text);
    return Give(text + restored.problem, out, room);
}

k8s::Cache* k8s_cache_new(k8s::Timeline* timeline) { return new k8s::Cache(*timeline); }

// To be called before the timeline is freed.
void k8s_cache_free(k8s::Cache* cache) { delete cache; }

void k8s_cache_start(k8s::Cache* cache, const char* path) { cache->Start(path); }

void k8s_cache_set(k8s::Cache* cache, const char* source, size_t length, uint64_t epoch, uint64_t seq, int64_t heard) {
    cache->Set({source, length}, {epoch, seq, heard});
}

void k8s_cache_drop(k8s::Cache* cache, const char* source, size_t length) { cache->Drop({source, length}); }

// Both write the problem, if there is one.
size_t k8s_cache_step(k8s::Cache* cache, size_t rows, char* out, size_t room) {
    return Give(cache->Step(rows), out, room);
}

size_t k8s_cache_finish(k8s::Cache* cache, char* out, size_t room) { return Give(cache->Finish(), out, room); }

uint64_t k8s_cache_bytes(const k8s::Cache* cache) { return cache->Bytes(); }

uint64_t k8s_cache_rewrites(const k8s::Cache* cache) { return cache->Rewrites(); }

} // extern "C"
