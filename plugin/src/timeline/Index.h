#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace k8s {

/** The id that nothing has. */
constexpr uint32_t no_id = 0xffffffff;

/** A hash with a seed of this process, so that nobody can choose names that collide. */
uint64_t LongHashBytes(std::string_view bytes) noexcept;

/** As LongHashBytes(), of three numbers. */
uint64_t LongHashNumbers(uint64_t a, uint64_t b, uint64_t c) noexcept;

/** As LongHashBytes(), half of it. */
inline uint32_t HashBytes(std::string_view bytes) noexcept { return static_cast<uint32_t>(LongHashBytes(bytes) >> 32); }

/** As LongHashNumbers(), half of it. */
inline uint32_t HashNumbers(uint64_t a, uint64_t b, uint64_t c) noexcept {
    return static_cast<uint32_t>(LongHashNumbers(a, b, c) >> 32);
}

/**
 * From hashes to ids, by open addressing. The caller keeps the keys and compares them.
 *
 * Slots are in the order of their hashes. So a miss ends as early as a hit, a bigger table is filled
 * in one pass without a look at a key, and it may be full and grow in small steps: 9 to 10.5 bytes
 * per entry.
 */
class Index final {
public:
    /**
     * Finds an id. Does not allocate, and reads two cache lines or so.
     *
     * @param hash The hash of the key.
     * @param equal Tells whether an id has the key.
     * @return The id, or `no_id`.
     */
    template<class Equal>
    [[nodiscard]] uint32_t Find(uint32_t hash, const Equal& equal) const noexcept {
        for ( size_t i = Home(hash); slots[i].id != no_id && slots[i].hash <= hash; ++i )
            if ( slots[i].hash == hash && equal(slots[i].id) )
                return slots[i].id;
        return no_id;
    }

    /** Makes room for one more id, so that the next Insert() cannot fail. */
    void Reserve();

    /** Adds an id that is not in it. */
    void Insert(uint32_t hash, uint32_t id);

    /** Removes an id. */
    void Erase(uint32_t hash, uint32_t id) noexcept;

    /** Puts another id in the place of one. */
    void Replace(uint32_t hash, uint32_t id, uint32_t by) noexcept;

private:
    struct Slot {
        uint32_t hash = 0;
        uint32_t id = no_id;
    };

    // Monotone in the hash, unlike a remainder.
    [[nodiscard]] size_t Home(uint32_t hash) const noexcept { return static_cast<uint64_t>(hash) * homes >> 32; }

    [[nodiscard]] size_t Where(uint32_t hash, uint32_t id) const noexcept;
    void Grow();

    // Runs do not wrap around: they go on behind the last home, and the last slot is always empty.
    std::vector<Slot> slots = std::vector<Slot>(2);
    size_t homes = 1;
    size_t count = 0;
};

} // namespace k8s
