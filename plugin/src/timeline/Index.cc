#include "Index.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <random>

namespace k8s {

namespace {

constexpr size_t smallest = 16;
constexpr uint64_t odd = 0x9e3779b97f4a7c15;

uint64_t RandomSeed() noexcept {
    try {
        std::random_device device;
        return static_cast<uint64_t>(device()) << 32 | device();
    } catch ( const std::exception& ) {
        return odd; // no randomness on this machine: slower under attack, not wrong
    }
}

const uint64_t seed = RandomSeed();

uint64_t Fold(uint64_t a, uint64_t b) noexcept {
    __extension__ typedef unsigned __int128 Wide;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t Take(const char* from, size_t length) noexcept {
    uint64_t value = 0;
    std::memcpy(&value, from, length);
    return value;
}

} // namespace

uint64_t LongHashBytes(std::string_view bytes) noexcept {
    uint64_t hash = seed ^ bytes.size();
    const char* at = bytes.data();
    size_t left = bytes.size();
    for ( ; left > 8; at += 8, left -= 8 )
        hash = Fold(hash ^ Take(at, 8), odd ^ seed);
    if ( left )
        hash = Fold(hash ^ Take(at, left), odd ^ seed);
    return Fold(hash, odd);
}

uint64_t LongHashNumbers(uint64_t a, uint64_t b, uint64_t c) noexcept {
    const uint64_t hash = Fold(a ^ seed, odd) ^ Fold(b ^ odd, seed | 1);
    return Fold(hash ^ c, odd ^ seed);
}

void Index::Reserve() {
    if ( count >= homes - homes / 8 )
        Grow();
    // Every insertion moves the empty slot at the end by one place at most.
    if ( slots.back().id != no_id || slots[slots.size() - 2].id != no_id )
        slots.resize(slots.size() + smallest);
}

void Index::Insert(uint32_t hash, uint32_t id) {
    Reserve();

    size_t at = Home(hash);
    while ( slots[at].id != no_id && slots[at].hash <= hash )
        ++at;

    Slot carried{hash, id};
    for ( ; slots[at].id != no_id; ++at )
        std::swap(carried, slots[at]);
    slots[at] = carried;
    ++count;
}

size_t Index::Where(uint32_t hash, uint32_t id) const noexcept {
    size_t at = Home(hash);
    while ( slots[at].id != id && slots[at].id != no_id )
        ++at;
    return at;
}

void Index::Erase(uint32_t hash, uint32_t id) noexcept {
    size_t at = Where(hash, id);
    if ( slots[at].id == no_id )
        return;

    for ( ; slots[at + 1].id != no_id && Home(slots[at + 1].hash) <= at; ++at )
        slots[at] = slots[at + 1];
    slots[at] = Slot{};
    --count;
}

void Index::Replace(uint32_t hash, uint32_t id, uint32_t by) noexcept {
    if ( const size_t at = Where(hash, id); slots[at].id != no_id )
        slots[at].id = by;
}

void Index::Grow() {
    const size_t more = std::max(smallest, homes + homes / 8);
    std::vector<Slot> bigger(more + smallest);
    const auto old_homes = homes;
    homes = more;

    size_t next = 0;
    try {
        for ( const auto& slot : slots )
            if ( slot.id != no_id ) {
                next = std::max(next, Home(slot.hash));
                if ( next + 2 >= bigger.size() )
                    bigger.resize(next + smallest);
                bigger[next++] = slot;
            }
    } catch ( ... ) {
        homes = old_homes;
        throw;
    }
    slots = std::move(bigger);
}

} // namespace k8s
