#include "Timeline.h"

#include <algorithm>
#include <exception>

#include "Reader.h"
#include "Writer.h"

namespace k8s {

namespace {

constexpr size_t most_problems = 10;
constexpr size_t slack = 64;

// Claims have the numbers from here on, and ranges those before. A Slab gives no more.
constexpr uint32_t first_claim = uint32_t{1} << 31;

} // namespace

Timeline::Timeline(int64_t linger, int64_t lead)
    : linger(std::clamp<int64_t>(linger, 0, time_limit / 2)),
      lead(std::clamp<int64_t>(lead, 0, time_limit / 2)) {}

Timeline::Loaded Timeline::Load(std::string_view text) noexcept {
    Loaded loaded;
    const auto problem = [&](size_t line, std::string_view reason) {
        ++loaded.bad;
        if ( loaded.problems.size() < most_problems )
            loaded.problems.push_back({line, std::string(reason)});
    };

    try {
        Reader reader(text);
        for ( auto step = reader.Next(); step != Reader::Step::end; step = reader.Next() ) {
            if ( step == Reader::Step::problem ) {
                problem(reader.Line(), reader.Reason());
                continue;
            }
            try {
                loaded.applied += Apply(reader.Current());
                ++loaded.rows;
            } catch ( const std::exception& error ) {
                problem(reader.Line(), error.what());
            }
        }
    } catch ( const std::exception& ) {
        ++loaded.bad; // no memory even to say so
    }
    return loaded;
}

bool Timeline::Apply(const Row& row) {
    const auto domain = domains.Id(row.cluster, row.network);
    return row.is_range ? ApplyRange(row, domain) : ApplyClaim(row, domain);
}

bool Timeline::ApplyRange(const Row& row, uint16_t domain) {
    const auto id = ranges.Apply(row, domain, domains);
    if ( id != no_id && changes )
        changes->Note(id);
    return id != no_id;
}

bool Timeline::ApplyClaim(const Row& row, uint16_t domain) {
    const auto head = Head(row.address, row.port, row.proto);
    auto id = Known(row, domain, head);
    const auto generation = domains.ClusterOf(domain).generation;
    if ( id != no_id && row.revision <= claims[id].revision ) {
        if ( row.revision < claims[id].revision )
            return false;
        if ( generation )
            claims[id].generation = generation;
        // What a sweep ended goes on, if whoever gave the revision says so.
        if ( row.end != never || claims[id].end == never )
            return false;
    }

    // First all that can fail.
    if ( ended.Size() > 2 * ended_count + slack )
        ended.Compact([this](const EndQueue::Entry& entry) { return Holds(entry); });
    ended.Reserve();
    const auto hash = Hash(row.address, row.port, row.proto);
    index.Reserve();
    const auto owner = owners.Acquire(row.owner);

    if ( id == no_id ) {
        id = claims.Add({});
        auto& claim = claims[id];
        claim.address = row.address;
        claim.domain = domain;
        claim.port = row.port;
        claim.proto_number = static_cast<uint8_t>(row.proto) & 3;
        claim.version = row.version & last_version;
        claim.next = head;
        if ( head == no_id )
            index.Insert(hash, id);
        else
            index.Replace(hash, head, id);
        ++claim_count;
        port_count += row.port > 0;
    }
    else {
        Count(claims[id], false);
        owners.Release(claims[id].owner);
    }

    auto& claim = claims[id];
    claim.owner = owner;
    claim.kind_number = static_cast<uint8_t>(row.owner.kind) & 3;
    claim.start = row.start;
    claim.end = row.end;
    claim.ended_number = static_cast<uint8_t>(row.ended) & 7;
    claim.terminating = row.terminating;
    claim.revision = row.revision;
    if ( generation )
        claim.generation = generation & last_generation;
    Count(claim, true);
    if ( row.end != never )
        ended.Push({row.end, id});
    if ( watcher )
        watcher->Touched(claim.address);
    if ( changes )
        changes->Note(first_claim + id);
    return true;
}

uint32_t Timeline::Head(const Address& address, uint16_t port, Proto proto) const noexcept {
    return index.Find(Hash(address, port, proto), [&](uint32_t id) {
        const auto& claim = claims[id];
        return claim.address == address && claim.port == port && claim.Proto() == proto;
    });
}

uint32_t Timeline::Known(const Row& row, uint16_t domain, uint32_t head) const noexcept {
    const auto uid = head == no_id ? std::nullopt : owners.Find(row.owner.uid);
    if ( ! uid )
        return no_id;

    auto id = head;
    while ( id != no_id && ! (claims[id].domain == domain && claims[id].version == row.version &&
                              owners.UidOf(claims[id].owner) == *uid) )
        id = claims[id].next;
    return id;
}

void Timeline::Count(const Claim& claim, bool add) noexcept {
    if ( claim.end != never ) {
        ended_count = add ? ended_count + 1 : ended_count - 1;
        return;
    }
    auto& cluster = domains.ClusterOf(claim.domain);
    const auto low = uint64_t{claim.port} << 8 | Number(claim.Proto());
    const auto share = DigestOf(claim.revision, claim.address, low);
    cluster.digest = add ? cluster.digest + share : cluster.digest - share;
    cluster.claims = add ? cluster.claims + 1 : cluster.claims - 1;
}

Filter Timeline::Only(std::optional<std::string_view> cluster, std::optional<std::string_view> network) {
    return domains.Only(cluster, network);
}

uint64_t Timeline::Digest(std::string_view cluster) const noexcept {
    const auto* found = domains.FindCluster(cluster);
    return found ? found->digest : 0;
}

size_t Timeline::Claims(std::string_view cluster) const noexcept {
    const auto* found = domains.FindCluster(cluster);
    return found ? found->claims : 0;
}

void Timeline::SetGeneration(std::string_view cluster, uint64_t generation) noexcept {
    try {
        domains.AddCluster(cluster).generation = static_cast<uint32_t>(std::min<uint64_t>(generation, last_generation));
    } catch ( const std::exception& ) {
        // There is no room for one more cluster, and Load() refuses its rows and says so.
    }
}

size_t Timeline::Sweep(std::string_view name, uint64_t confirmed, int64_t at) {
    const auto* cluster = domains.FindCluster(name);
    if ( ! cluster )
        return 0;

    const auto generation = static_cast<uint32_t>(std::min<uint64_t>(confirmed, last_generation));
    at = std::clamp(at, -time_limit, time_limit);
    auto swept = ranges.Sweep(*cluster, generation, at, domains);
    for ( uint32_t id = 0; id < claims.End(); ++id ) {
        auto& claim = claims[id];
        if ( claim.owner == no_id || claim.end != never || claim.generation >= generation ||
             &domains.ClusterOf(claim.domain) != cluster )
            continue;
        ended.Reserve();
        Count(claim, false);
        claim.end = std::max(at, claim.start);
        claim.ended_number = static_cast<uint8_t>(Ended::missing) & 7;
        Count(claim, true);
        ended.Push({claim.end, id});
        if ( watcher )
            watcher->Touched(claim.address);
        ++swept;
    }
    if ( swept > 0 && changes )
        changes->Lose(); // their revisions are the same as before
    return swept;
}

void Timeline::Distrust(std::string_view name) noexcept {
    const auto* cluster = domains.FindCluster(name);
    if ( ! cluster )
        return;
    ranges.Distrust(*cluster, domains);
    for ( uint32_t id = 0; id < claims.End(); ++id ) {
        auto& claim = claims[id];
        if ( claim.owner == no_id || &domains.ClusterOf(claim.domain) != cluster )
            continue;
        Count(claim, false);
        claim.revision = 0;
        Count(claim, true);
    }
    if ( changes )
        changes->Lose();
}

bool Timeline::Holds(const EndQueue::Entry& entry) const noexcept {
    const auto& claim = claims[entry.second];
    return claim.owner != no_id && claim.end == entry.first;
}

size_t Timeline::Evict(int64_t before, size_t limit) noexcept {
    size_t evicted = 0;
    while ( evicted < limit && ended.HasBefore(before) )
        if ( const auto entry = ended.Pop(); Holds(entry) ) {
            Forget(entry.second);
            ++evicted;
        }
    return evicted;
}

void Timeline::Forget(uint32_t id) noexcept {
    auto& claim = claims[id];
    const auto head = Head(claim.address, claim.port, claim.Proto());
    const auto hash = Hash(claim.address, claim.port, claim.Proto());
    if ( head != id ) {
        auto before = head;
        while ( claims[before].next != id )
            before = claims[before].next;
        claims[before].next = claim.next;
    }
    else if ( claim.next != no_id )
        index.Replace(hash, id, claim.next);
    else
        index.Erase(hash, id);

    Count(claim, false);
    --claim_count;
    port_count -= claim.port > 0;
    owners.Release(claim.owner);
    claim.owner = no_id;
    claims.Free(id);
}

void Timeline::Write(std::string& out) const {
    WriteHeader(out);
    for ( auto row = RowFrom(0); row; row = RowFrom(*row + 1) )
        WriteRow(*row, out);
}

std::optional<uint32_t> Timeline::RowFrom(uint32_t row) const noexcept {
    if ( row < ranges.Size() )
        return row;
    for ( auto id = row < first_claim ? 0 : row - first_claim; id < claims.End(); ++id )
        if ( claims[id].owner != no_id )
            return first_claim + id;
    return {};
}

uint16_t Timeline::DomainOf(uint32_t row) const noexcept {
    return row < first_claim ? ranges[row].domain : claims[row - first_claim].domain;
}

void Timeline::WriteRow(uint32_t row, std::string& out) const {
    const auto domain = DomainOf(row);
    if ( row < first_claim )
        WriteRange(ranges[row], ClusterName(domain), NetworkName(domain), out);
    else
        Write(claims[row - first_claim], out);
}

void Timeline::Write(const Claim& claim, std::string& out) const {
    WriteClaim(claim, ClusterName(claim.domain), NetworkName(claim.domain), owners.View(claim.owner), out);
}

} // namespace k8s
