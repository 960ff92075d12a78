// How Timeline::Owner() decides between claims.

#include <algorithm>

#include "Timeline.h"

namespace k8s {

namespace {

/** Starts this close cannot be ordered: the API server keeps whole seconds. */
constexpr uint64_t same_start = second;

/** How long an address may be in use after the end of the last container. */
constexpr int64_t teardown = second;

/** How long another cluster may use an address without its API saying so: before the start that is told, and after an
    end that is not. Within a cluster the owner before or after tells more. */
constexpr int64_t elsewhere = 600 * second;

// Tiers, in a rank's upper bits; below them come kind, port and not terminating.
constexpr int tier_shift = 4;
constexpr int active = 3;
constexpr int early = 2;
constexpr int ended_tier = 1;
constexpr int no_rank = 0;

constexpr int class_bits = 7 << 1; // kind and port

constexpr int Tier(int rank) noexcept { return rank >> tier_shift; }

constexpr Match MatchOf(int tier) noexcept {
    return tier == active ? Match::exact : tier == early ? Match::early : Match::ended;
}

uint64_t Distance(int64_t a, int64_t b) noexcept {
    // Unsigned: the difference of two times may not fit.
    return a > b ? static_cast<uint64_t>(a) - static_cast<uint64_t>(b) :
                   static_cast<uint64_t>(b) - static_cast<uint64_t>(a);
}

// Whether an owner had surely given its address up: its end has been told, and its sandbox has had
// time to be taken down. Of one that was only found gone the containers may run on.
bool IsGone(const Claim& claim, int64_t time) noexcept {
    return claim.end != never && IsTold(claim.Ended()) && claim.end + teardown <= time;
}

// Whether a claim makes the winner of its domain doubtful.
bool Contests(const Claim& claim, int rank, const Claim& winner, int winner_rank, int64_t time) noexcept {
    const int its_class = rank & class_bits;
    const int winner_class = winner_rank & class_bits;
    // Where only the node is left, a pod of the host network may still have its port.
    if ( its_class != winner_class )
        return Tier(winner_rank) == active && Tier(rank) == ended_tier && its_class > winner_class &&
               ! IsGone(claim, time);
    if ( rank == winner_rank && Distance(claim.start, winner.start) <= same_start )
        return true;
    if ( Tier(winner_rank) != active )
        return false;

    // It may have used the address before its start was told, if the winner may have gone by then:
    // in the second before its end, too, which was told in whole seconds.
    if ( Tier(rank) == early )
        return winner.end == never || ! IsTold(winner.Ended()) ||
               (winner.Ended() == Ended::finished && time >= winner.end - second);

    // In the second of the handover nothing orders the two. And one that began later and is being
    // deleted or has ended had the address after the winner, which must have gone by then.
    const bool handover = time < winner.start + second && ! IsGone(claim, time);
    return handover || claim.start > winner.start;
}

} // namespace

/** What is asked, and the claims that it may be about. */
struct Timeline::Question {
    int64_t time;
    const Filter& filter;
    uint32_t heads[2]; ///< Of the chains of port claims and of address claims.
};

Timeline::Answer Timeline::Owner(const Address& address, int64_t time, uint16_t port, Proto proto,
                                 const Filter& filter) const noexcept {
    const bool ask_port = port && proto != Proto::none && port_count > 0;
    const Question question{time,
                            filter,
                            {ask_port ? Head(address, port, proto) : no_id, Head(address, 0, Proto::none)}};

    const Claim* winner = nullptr;
    int winner_rank = no_rank;
    size_t candidates = 0;
    const Claim* first = nullptr;
    bool several = false; // clusters, or networks
    for ( const auto head : question.heads )
        for ( auto id = head; id != no_id; id = claims[id].next ) {
            const auto& claim = claims[id];
            first = first ? first : &claim;
            several |= claim.domain != first->domain;
            const int rank = Rank(claim, question);
            if ( rank == no_rank )
                continue;
            ++candidates;
            if ( ! winner || Precedes(claim, rank, *winner, winner_rank) ) {
                winner = &claim;
                winner_rank = rank;
            }
        }

    if ( winner && (candidates > 1 || several) )
        return Settle(question, *winner, winner_rank);
    if ( winner )
        return {MatchOf(Tier(winner_rank)), winner};
    return {ranges.Contains(address, filter, domains) ? Match::unknown : Match::nothing, nullptr};
}

// The order of claims but for start and uid, as a number; no_rank if the claim does not count.
int Timeline::Rank(const Claim& claim, const Question& question) const noexcept {
    const auto time = question.time;
    int tier = no_rank;
    bool terminating = false;
    if ( time < claim.start )
        tier = claim.start - lead <= time ? early : no_rank;
    else if ( time < claim.end || claim.end == never ) {
        tier = active;
        terminating = claim.terminating <= time && claim.terminating != never;
    }
    else if ( time < claim.end + linger )
        tier = ended_tier;

    if ( tier == no_rank || ! domains.Allows(question.filter, claim.domain) )
        return no_rank;
    // A pod's claim on a port of its own address is as good as another pod's on that address.
    const bool on_port = claim.port > 0 && claim.Kind() != Kind::pod;
    return tier << tier_shift | static_cast<int>(claim.Kind()) << 2 | on_port << 1 | ! terminating;
}

// Whether somebody of another domain than the winner's may have had the address.
bool Timeline::MayHoldElsewhere(const Claim& claim, const Question& question) const noexcept {
    const auto time = question.time;
    return claim.start - std::max(lead, elsewhere) <= time && ! IsGone(claim, time) &&
           (claim.end == never || time < claim.end + std::max(linger, elsewhere)) &&
           domains.Allows(question.filter, claim.domain);
}

bool Timeline::Precedes(const Claim& a, int a_rank, const Claim& b, int b_rank) const noexcept {
    if ( a_rank != b_rank )
        return a_rank > b_rank;
    if ( a.start != b.start ) // of those that are yet to begin, the next one
        return (a.start > b.start) != (Tier(a_rank) == early);
    if ( (a.port > 0) != (b.port > 0) )
        return a.port > 0;
    if ( const auto order = owners.Compare(owners.UidOf(a.owner), owners.UidOf(b.owner)); order != 0 )
        return order > 0;
    // Versions of one holding began together: what it was until its end, or what it was last.
    if ( a.end != b.end )
        return Tier(a_rank) == ended_tier ? a.end > b.end : a.end < b.end;
    if ( const auto order = ClusterName(a.domain) <=> ClusterName(b.domain); order != 0 )
        return order > 0;
    if ( const auto order = NetworkName(a.domain) <=> NetworkName(b.domain); order != 0 )
        return order > 0;
    return a.version > b.version;
}

// The winner of all is that of its own domain too. Its rivals are those of that domain that may
// have held the address instead, and in other domains all that had not surely given it up.
Timeline::Answer Timeline::Settle(const Question& question, const Claim& winner, int winner_rank) const noexcept {
    auto match = MatchOf(Tier(winner_rank));
    for ( const auto head : question.heads )
        for ( auto id = head; id != no_id; id = claims[id].next ) {
            const auto& claim = claims[id];
            if ( owners.UidOf(claim.owner) == owners.UidOf(winner.owner) )
                continue;
            if ( claim.domain != winner.domain ) {
                if ( MayHoldElsewhere(claim, question) )
                    return {Match::ambiguous, nullptr};
            }
            else if ( const int rank = Rank(claim, question);
                      rank != no_rank && Contests(claim, rank, winner, winner_rank, question.time) )
                match = Match::ambiguous;
        }
    return {match, &winner};
}

} // namespace k8s
