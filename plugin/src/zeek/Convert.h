#pragma once

#include <zeek/IPAddr.h>
#include <zeek/net_util.h>
#include <zeek/threading/SerialTypes.h>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "timeline/Address.h"
#include "timeline/Model.h"

// Zeek's types as the timeline's.

namespace zeek::plugin::K8s_Timeline {

/** A time of Zeek's in microseconds, rounded as Zeek's logs write it. */
inline int64_t Micros(double time) {
    const double micros = time * 1e6;
    if ( ! (std::abs(micros) < static_cast<double>(k8s::time_limit)) ) // not for a NaN either
        return micros > 0 ? k8s::time_limit : -k8s::time_limit;
    return std::llround(micros);
}

inline k8s::Address Unpack(const IPAddr& address) {
    in6_addr bytes;
    address.CopyIPv6(&bytes);
    return k8s::Address::FromBytes(&bytes);
}

inline k8s::Address Unpack(const threading::Value::addr_t& address) {
    if ( address.family == IPv6 )
        return k8s::Address::FromBytes(&address.in.in6);

    uint8_t bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::memcpy(bytes + 12, &address.in.in4, 4);
    return k8s::Address::FromBytes(bytes);
}

inline IPAddr Pack(const k8s::Address& address) {
    uint32_t bytes[4];
    for ( size_t i = 0; i < 4; ++i )
        bytes[i] = htonl(static_cast<uint32_t>((i < 2 ? address.hi : address.lo) >> (i % 2 ? 0 : 32)));
    return IPAddr(IPv6, bytes, IPAddr::Network);
}

inline k8s::Proto ProtoOf(TransportProto proto) {
    switch ( proto ) {
        case TRANSPORT_TCP: return k8s::Proto::tcp;
        case TRANSPORT_UDP: return k8s::Proto::udp;
        default: return k8s::Proto::none;
    }
}

} // namespace zeek::plugin::K8s_Timeline
