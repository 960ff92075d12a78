#include "Address.h"

#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace k8s {

namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned v4_prefix_bits = 96;
constexpr uint64_t v4_prefix = 0xffff00000000;

std::array<unsigned char, 16> ToBytes(const Address& address) noexcept {
    std::array<unsigned char, 16> bytes;
    for ( size_t i = 0; i < 8; ++i ) {
        bytes[i] = static_cast<unsigned char>(address.hi >> (56 - 8 * i));
        bytes[8 + i] = static_cast<unsigned char>(address.lo >> (56 - 8 * i));
    }
    return bytes;
}

void AppendV6(const Address& address, std::string& out) {
    char text[INET6_ADDRSTRLEN];
    if ( inet_ntop(AF_INET6, ToBytes(address).data(), text, sizeof(text)) )
        out += text;
}

} // namespace

std::optional<Address> Address::Parse(std::string_view text) noexcept {
    // inet_pton() wants a terminated string and must not see a shorter one than we do.
    char copy[INET6_ADDRSTRLEN];
    if ( text.size() >= sizeof(copy) || text.find('\0') != std::string_view::npos )
        return {};

    text.copy(copy, text.size());
    copy[text.size()] = '\0';

    if ( text.find(':') != std::string_view::npos ) {
        in6_addr v6;
        if ( inet_pton(AF_INET6, copy, &v6) != 1 )
            return {};
        return FromBytes(&v6);
    }

    in_addr v4;
    if ( inet_pton(AF_INET, copy, &v4) != 1 )
        return {};
    return Address{0, v4_prefix | ntohl(v4.s_addr)};
}

Address Address::Masked(unsigned length) const noexcept {
    if ( length == 0 )
        return {};
    if ( length <= 64 )
        return {hi & ~uint64_t{0} << (64 - length), 0};
    return {hi, lo & ~uint64_t{0} << (address_bits - length)};
}

void Address::AppendTo(std::string& out) const {
    if ( ! IsV4() ) {
        AppendV6(*this, out);
        return;
    }

    char text[INET_ADDRSTRLEN];
    if ( inet_ntop(AF_INET, ToBytes(*this).data() + 12, text, sizeof(text)) )
        out += text;
}

std::optional<Subnet> Subnet::Parse(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if ( slash == std::string_view::npos )
        return {};

    const auto base = Address::Parse(text.substr(0, slash));
    const auto digits = text.substr(slash + 1);
    if ( ! base || digits.empty() || digits.size() > 3 )
        return {};

    unsigned length = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), length);
    if ( error != std::errc{} || end != digits.end() )
        return {};

    // A v4-mapped address in colons has its length in terms of IPv6.
    if ( text.substr(0, slash).find(':') == std::string_view::npos )
        length += v4_prefix_bits;
    if ( length > address_bits )
        return {};
    return Subnet{base->Masked(length), static_cast<uint8_t>(length)};
}

void Subnet::AppendTo(std::string& out) const {
    unsigned shown = length;
    if ( length >= v4_prefix_bits && base.IsV4() ) {
        base.AppendTo(out);
        shown -= v4_prefix_bits;
    }
    else
        AppendV6(base, out);

    out += '/';
    out += std::to_string(shown);
}

} // namespace k8s
