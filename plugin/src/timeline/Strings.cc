#include "Strings.h"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace k8s {

Strings::Strings() : free_places(Units(longest_shared) + 1, no_id) {
    AddChunk(chunk_units);
    *At(0) = {1, 0};
    used = header_units;
}

uint32_t Strings::Acquire(std::string_view text) {
    if ( text.empty() )
        return 0;

    const auto hash = HashBytes(text);
    if ( const auto known = Lookup(hash, text); known != no_id ) {
        ++At(known)->refs;
        return known;
    }

    index.Reserve();
    const auto id = text.size() > longest_shared ? PlaceLong(text.size()) : Place(text.size());
    auto* header = At(id);
    *header = {1, static_cast<uint32_t>(text.size())};
    std::memcpy(header + 1, text.data(), text.size());
    index.Insert(hash, id);
    return id;
}

void Strings::Retain(uint32_t id) noexcept {
    if ( id )
        ++At(id)->refs;
}

void Strings::Release(uint32_t id) noexcept {
    if ( ! id || --At(id)->refs )
        return;

    const auto text = View(id);
    index.Erase(HashBytes(text), id);
    if ( text.size() > longest_shared ) {
        chunks[id >> place_bits].reset();
        free_chunks.push_back(id >> place_bits); // never beyond its capacity, see PlaceLong()
    }
    else
        Free(id, Units(text.size()));
}

std::optional<uint32_t> Strings::Find(std::string_view text) const noexcept {
    if ( text.empty() )
        return 0;
    const auto id = Lookup(HashBytes(text), text);
    return id == no_id ? std::nullopt : std::optional(id);
}

uint32_t Strings::Lookup(uint32_t hash, std::string_view text) const noexcept {
    return index.Find(hash, [&](uint32_t id) { return View(id) == text; });
}

uint32_t Strings::Place(size_t length) {
    const auto units = Units(length);
    if ( const auto id = free_places[units]; id != no_id ) {
        free_places[units] = At(id)->length;
        return id;
    }

    if ( used + units > chunk_units ) {
        const auto fresh = AddChunk(chunk_units);
        if ( const auto rest = chunk_units - used; rest > header_units )
            Free(open << place_bits | used, rest);
        open = fresh;
        used = 0;
    }
    const auto id = open << place_bits | used;
    used += units;
    return id;
}

uint32_t Strings::PlaceLong(size_t length) {
    if ( length > std::numeric_limits<uint32_t>::max() )
        throw std::length_error("string is too long");
    if ( ! free_chunks.empty() ) {
        const auto number = free_chunks.back();
        chunks[number] = std::make_unique_for_overwrite<Unit[]>(Units(length));
        free_chunks.pop_back();
        return number << place_bits;
    }
    if ( free_chunks.capacity() <= chunks.size() )
        free_chunks.reserve(2 * chunks.size() + 1);
    return AddChunk(Units(length)) << place_bits;
}

uint32_t Strings::AddChunk(size_t units) {
    if ( chunks.size() == size_t{1} << (32 - place_bits) )
        throw std::length_error("timeline is full");
    chunks.push_back(std::make_unique_for_overwrite<Unit[]>(units));
    return static_cast<uint32_t>(chunks.size() - 1);
}

void Strings::Free(uint32_t id, uint32_t units) noexcept {
    At(id)->length = free_places[units];
    free_places[units] = id;
}

} // namespace k8s
