#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

// The vocabulary. All times are microseconds since the epoch, UTC.

namespace k8s {

constexpr int64_t second = 1'000'000;

/** An end or a termination that has not come. */
constexpr int64_t never = std::numeric_limits<int64_t>::max();

/** Times lie between minus this and this, so that sums of them cannot overflow. */
constexpr int64_t time_limit = int64_t{1} << 62;

/** What an address belongs to; the higher value takes precedence. */
enum class Kind : uint8_t { node = 1, service = 2, pod = 3 };

/** The protocol of a port claim. */
enum class Proto : uint8_t { none, tcp, udp, sctp };

/** Why a claim ended. */
enum class Ended : uint8_t {
    unset,    ///< It has not, or nobody said why.
    finished, ///< The object itself told its end.
    changed,  ///< What is known of the owner changed: the next version goes on.
    deleted,  ///< The object is gone; the end is when that was heard.
    moved,    ///< Another address replaced it.
    missing   ///< It was not found any more.
};

/** Whether the owner certainly held the address until the end. Otherwise it may have gone before. */
constexpr bool IsTold(Ended ended) noexcept { return ended == Ended::finished || ended == Ended::changed; }

/** The highest version of a claim; the one after it is 0 again. */
constexpr uint8_t last_version = 15;

/** How sure an answer is. */
enum class Match : uint8_t {
    nothing,   ///< Nobody claims the address, and it is outside of every range.
    exact,     ///< One claim holds.
    ambiguous, ///< Several claims hold, and nothing can tell them apart.
    early,     ///< The claim began shortly after.
    ended,     ///< The claim ended shortly before.
    unknown    ///< The address is inside a range, but nobody claims it.
};

constexpr std::string_view Name(Kind kind) noexcept {
    switch ( kind ) {
        case Kind::node: return "node";
        case Kind::service: return "service";
        case Kind::pod: return "pod";
    }
    return "";
}

constexpr std::string_view Name(Proto proto) noexcept {
    switch ( proto ) {
        case Proto::none: return "";
        case Proto::tcp: return "tcp";
        case Proto::udp: return "udp";
        case Proto::sctp: return "sctp";
    }
    return "";
}

/** As IANA numbers it. */
constexpr uint8_t Number(Proto proto) noexcept {
    switch ( proto ) {
        case Proto::none: return 0;
        case Proto::tcp: return 6;
        case Proto::udp: return 17;
        case Proto::sctp: return 132;
    }
    return 0;
}

constexpr std::string_view Name(Ended ended) noexcept {
    switch ( ended ) {
        case Ended::unset: return "";
        case Ended::finished: return "finished";
        case Ended::changed: return "changed";
        case Ended::deleted: return "deleted";
        case Ended::moved: return "moved";
        case Ended::missing: return "missing";
    }
    return "";
}

constexpr std::string_view Name(Match match) noexcept {
    switch ( match ) {
        case Match::nothing: return "nothing";
        case Match::exact: return "exact";
        case Match::ambiguous: return "ambiguous";
        case Match::early: return "early";
        case Match::ended: return "ended";
        case Match::unknown: return "unknown";
    }
    return "";
}

} // namespace k8s
