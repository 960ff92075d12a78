#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "Chunks.h"

namespace k8s {

/**
 * A queue of records that stay where they are and have ever growing numbers. A number is kept as a
 * link of 32 bits, which ends by itself when its record is gone: nobody has to take it back.
 */
template<class T>
class Ring final {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    static constexpr size_t largest = size_t{1} << 30;

    Ring() = default;

    /** @param most How many there will be at most at a time, up to `largest`. */
    explicit Ring(size_t most) : chunks(std::bit_ceil(most / chunk_size + 2)) {}

    T& operator[](uint64_t number) noexcept { return chunks[Chunk(number)][number % chunk_size]; }
    const T& operator[](uint64_t number) const noexcept { return chunks[Chunk(number)][number % chunk_size]; }

    [[nodiscard]] uint64_t First() const noexcept { return first; }
    [[nodiscard]] size_t Size() const noexcept { return static_cast<size_t>(end - first); }

    /** @param value The record to be added. @return Its number, which is never 0. */
    uint64_t Push(const T& value) {
        auto& chunk = chunks[Chunk(end)];
        if ( ! chunk )
            chunk = spare ? std::move(spare) : std::make_unique_for_overwrite<T[]>(chunk_size);
        (*this)[end] = value;
        return end++;
    }

    /** Takes the first one out. There has to be one. */
    void Pop() noexcept {
        ++first;
        if ( first % chunk_size == 0 )
            spare = std::move(chunks[Chunk(first - 1)]); // one is enough to go on with
    }

    /** Fetches what Pop() and Push() are about next into the caches. */
    void PrefetchEnds() const noexcept {
        for ( const auto number : {first, end} )
            if ( const auto& chunk = chunks[Chunk(number)] )
                for ( size_t at = 0; at < sizeof(T); at += 64 )
                    __builtin_prefetch(reinterpret_cast<const char*>(&chunk[number % chunk_size]) + at);
    }

    /** The number that a link stands for, or 0 if that record is gone. After 2^32 others it may be another's. */
    [[nodiscard]] uint64_t Find(uint32_t link) const noexcept {
        const uint32_t age = static_cast<uint32_t>(end) - link;
        return age - 1 < Size() ? end - age : 0;
    }

    /** A link to a record that is gone. */
    [[nodiscard]] uint32_t Gone() const noexcept { return static_cast<uint32_t>(first - 1); }

private:
    static constexpr size_t chunk_size = small_chunks ? 8 : 512;

    [[nodiscard]] size_t Chunk(uint64_t number) const noexcept { return number / chunk_size & (chunks.size() - 1); }

    std::vector<std::unique_ptr<T[]>> chunks;
    std::unique_ptr<T[]> spare;
    uint64_t first = 1;
    uint64_t end = 1;
};

} // namespace k8s
