#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "Chunks.h"
#include "Index.h"

namespace k8s {

/**
 * Records with ids. They stay where they are, and the ids of freed ones are used again, so that
 * memory follows the peak and nothing else. Chunks instead of one vector: growing copies nothing.
 *
 * @tparam Link The member that chains the records that are free.
 */
template<class T, uint32_t T::* Link>
class Slab final {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    T& operator[](uint32_t id) noexcept { return chunks[id / chunk_size][id % chunk_size]; }
    const T& operator[](uint32_t id) const noexcept { return chunks[id / chunk_size][id % chunk_size]; }

    /**
     * @param value What the new record is to be.
     * @return The id of the record.
     */
    uint32_t Add(const T& value) {
        uint32_t id = free;
        if ( id != no_id )
            free = (*this)[id].*Link;
        else {
            if ( end == last_id )
                throw std::length_error("timeline is full");
            if ( end % chunk_size == 0 )
                chunks.push_back(std::make_unique_for_overwrite<T[]>(chunk_size));
            id = end++;
        }
        (*this)[id] = value;
        return id;
    }

    /** Takes a record back. Nothing but its link changes. */
    void Free(uint32_t id) noexcept {
        (*this)[id].*Link = free;
        free = id;
    }

    /** One more than the highest id that was ever given. */
    [[nodiscard]] uint32_t End() const noexcept { return end; }

private:
    static constexpr uint32_t chunk_size = small_chunks ? 8 : 512;
    static constexpr uint32_t last_id = uint32_t{1} << 31;

    std::vector<std::unique_ptr<T[]>> chunks;
    uint32_t free = no_id;
    uint32_t end = 0;
};

} // namespace k8s
