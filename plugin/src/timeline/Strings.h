#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "Chunks.h"
#include "Index.h"

namespace k8s {

/**
 * Keeps equal strings once, as small ids, and counts who holds them. The empty string is id 0 and
 * is always there. A string stays where it is while somebody holds it.
 *
 * Strings lie behind each other in chunks, with eight bytes in front. A freed place is used again by
 * a string of the same size (in steps of four bytes): no size ever takes more than its own peak,
 * which keeps memory flat under churn without moving anything. A long string has a chunk for itself.
 */
class Strings final {
public:
    Strings();

    /** Finds or adds a string, and holds it. */
    uint32_t Acquire(std::string_view text);

    /** Holds a string once more. */
    void Retain(uint32_t id) noexcept;

    /** Lets go of a string. */
    void Release(uint32_t id) noexcept;

    /** How many hold a string. */
    [[nodiscard]] uint32_t Holders(uint32_t id) const noexcept { return At(id)->refs; }

    /** Finds a string without holding it. */
    [[nodiscard]] std::optional<uint32_t> Find(std::string_view text) const noexcept;

    [[nodiscard]] std::string_view View(uint32_t id) const noexcept {
        const auto* header = At(id);
        return {reinterpret_cast<const char*>(header + 1), header->length};
    }

private:
    struct Header {
        uint32_t refs;
        uint32_t length;
    };

    // An id is the number of a chunk and a place in it, in units of four bytes.
    using Unit = uint32_t;
    static constexpr uint32_t place_bits = small_chunks ? 11 : 16;
    static constexpr uint32_t chunk_units = 1 << place_bits;
    static constexpr uint32_t header_units = sizeof(Header) / sizeof(Unit);
    static constexpr size_t longest_shared = 4096;

    [[nodiscard]] Header* At(uint32_t id) const noexcept {
        return reinterpret_cast<Header*>(chunks[id >> place_bits].get() + (id & (chunk_units - 1)));
    }

    static uint32_t Units(size_t length) noexcept {
        return header_units + static_cast<uint32_t>((length + sizeof(Unit) - 1) / sizeof(Unit));
    }

    [[nodiscard]] uint32_t Lookup(uint32_t hash, std::string_view text) const noexcept;
    uint32_t Place(size_t length);
    uint32_t PlaceLong(size_t length);
    uint32_t AddChunk(size_t units);
    void Free(uint32_t id, uint32_t units) noexcept;

    std::vector<std::unique_ptr<Unit[]>> chunks;
    std::vector<uint32_t> free_chunks; // numbers of long strings' chunks that are gone
    std::vector<uint32_t> free_places; // by units: the first free one; it names the next
    uint32_t open = 0;                 // the chunk that has room at its end
    uint32_t used = 0;                 // the units of it that are taken
    Index index;
};

} // namespace k8s
