#pragma once

#include <array>
#include <cstdint>

#include "Domains.h"
#include "Index.h"
#include "Row.h"
#include "Slab.h"

namespace k8s {

/** A block of addresses that a cluster hands out to one kind of owner. */
struct Range {
    Address base;
    int64_t end; ///< `never`, or it has been withdrawn.
    uint64_t revision;
    uint32_t next; ///< Of the same block.
    uint32_t generation;
    uint16_t domain;
    uint8_t length;
    Kind kind;
};

/**
 * All ranges. A lookup takes one probe for each different length of a prefix that is in use, which
 * are a handful in practice.
 *
 * Withdrawn ranges are kept: they are few, as clusters use the same blocks over and over, and an old
 * row must not bring one back.
 */
class Ranges final {
public:
    /**
     * Takes note of a range.
     *
     * @param row Has to be a range.
     * @param domain The domain of the row.
     * @param domains Where the sums of its cluster are.
     * @return The id of the range that changed, or `no_id`.
     */
    uint32_t Apply(const Row& row, uint16_t domain, Domains& domains);

    /** Withdraws those of a cluster that are older than a generation. @return How many. */
    size_t Sweep(const Cluster& cluster, uint32_t generation, int64_t at, Domains& domains) noexcept;

    /** Lets any row win over those of a cluster. */
    void Distrust(const Cluster& cluster, Domains& domains) noexcept;

    /** Whether a range that counts has the address. */
    [[nodiscard]] bool Contains(const Address& address, const Filter& filter, const Domains& domains) const noexcept;

    [[nodiscard]] uint32_t Size() const noexcept { return ranges.End(); }
    const Range& operator[](uint32_t id) const noexcept { return ranges[id]; }

private:
    static uint32_t Hash(const Address& base, unsigned length) noexcept {
        return HashNumbers(base.hi, base.lo, length);
    }

    [[nodiscard]] uint32_t Head(const Address& base, unsigned length) const noexcept;
    void Count(const Range& range, bool add, Domains& domains) noexcept;

    Slab<Range, &Range::next> ranges;
    Index index; // from a block to the first of its ranges

    std::array<uint32_t, 129> with_length{}; // how many that count have a length
    std::array<uint8_t, 129> lengths{};      // those of which there is one
    size_t length_count = 0;
};

} // namespace k8s
