#pragma once

#include <algorithm>
#include <cstdint>

#include "Address.h"
#include "Model.h"

namespace k8s {

/** What a generation is cut to. Cut ones are equal, so that a sweep ends too little, not too much. */
constexpr uint32_t last_generation = (uint32_t{1} << 21) - 1;

/** An address belonged to an owner from `start` until `end`. One cache line. */
struct alignas(64) Claim {
    Address address;
    int64_t start;
    int64_t end;         ///< `never`: still held.
    int64_t terminating; ///< When the deletion of the owner began, or `never`.
    uint64_t revision;
    uint32_t owner;           ///< See Timeline::Describe() and Timeline::Stamp().
    uint32_t next;            ///< Of the same address, port and protocol.
    uint32_t generation : 21; ///< What last confirmed it.
    uint32_t version : 4;     ///< See Row::version.
    uint32_t ended_number : 3;
    uint32_t kind_number : 2; ///< The owner's, to spare a question a look at it.
    uint32_t proto_number : 2;
    uint16_t domain; ///< See Timeline::ClusterName() and Timeline::NetworkName().
    uint16_t port;   ///< 0: the address as a whole.

    [[nodiscard]] k8s::Kind Kind() const noexcept { return static_cast<k8s::Kind>(kind_number); }
    [[nodiscard]] k8s::Proto Proto() const noexcept { return static_cast<k8s::Proto>(proto_number); }
    [[nodiscard]] k8s::Ended Ended() const noexcept { return static_cast<k8s::Ended>(ended_number); }
};

static_assert(sizeof(Claim) == 64);

} // namespace k8s
