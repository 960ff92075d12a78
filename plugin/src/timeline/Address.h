#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/**
 * 16 packed bytes as two numbers, the first byte the most significant one. IPv4 is kept as
 * v4-mapped IPv6, as Zeek itself does.
 */
struct Address {
    uint64_t hi = 0;
    uint64_t lo = 0;

    bool operator==(const Address&) const = default;

    /** @param bytes 16 of them, in network order. */
    static Address FromBytes(const void* bytes) noexcept {
        uint64_t halves[2];
        std::memcpy(halves, bytes, sizeof(halves));
        if constexpr ( std::endian::native == std::endian::little )
            return {__builtin_bswap64(halves[0]), __builtin_bswap64(halves[1])};
        return {halves[0], halves[1]};
    }

    /**
     * Reads the four decimal octets of IPv4, or IPv6 as of RFC 4291 without a zone.
     *
     * @param text Anything.
     * @return The address, or nothing if it is none.
     */
    static std::optional<Address> Parse(std::string_view text) noexcept;

    /** Whether it is an IPv4 address. */
    [[nodiscard]] bool IsV4() const noexcept { return hi == 0 && lo >> 32 == 0xffff; }

    /** Keeps the first bits and clears the others. */
    [[nodiscard]] Address Masked(unsigned length) const noexcept;

    /** Appends it as Zeek writes it: IPv4 dotted, IPv6 in its shortest form. */
    void AppendTo(std::string& out) const;
};

/** A block of addresses. */
struct Subnet {
    Address base;
    uint8_t length = 0; ///< In terms of 128 bits: 112 for an IPv4 /16.

    /** Reads `10.0.0.0/8` or `fd00::/8`; bits after the prefix are cleared. */
    static std::optional<Subnet> Parse(std::string_view text) noexcept;

    /** Appends it as `address/length`. */
    void AppendTo(std::string& out) const;
};

} // namespace k8s
