#include "Ranges.h"

namespace k8s {

namespace {

// Stands where a claim has its protocol, in the digest.
constexpr uint64_t range_proto = 255;

} // namespace

uint32_t Ranges::Apply(const Row& row, uint16_t domain, Domains& domains) {
    const auto [base, length] = row.subnet;
    const auto generation = domains.ClusterOf(domain).generation;
    const auto head = Head(base, length);
    auto id = head;
    while ( id != no_id && ! (ranges[id].domain == domain && ranges[id].kind == row.owner.kind) )
        id = ranges[id].next;

    if ( id == no_id ) {
        const auto hash = Hash(base, length);
        index.Reserve();
        id = ranges.Add({base, row.end, row.revision, head, generation, domain, length, row.owner.kind});
        if ( head == no_id )
            index.Insert(hash, id);
        else
            index.Replace(hash, head, id);
        Count(ranges[id], true, domains);
        return id;
    }

    auto& range = ranges[id];
    if ( row.revision >= range.revision && generation )
        range.generation = generation;
    const bool goes_on = row.revision == range.revision && row.end == never && range.end != never;
    if ( row.revision <= range.revision && ! goes_on )
        return no_id;

    Count(range, false, domains);
    range.end = row.end;
    range.revision = row.revision;
    Count(range, true, domains);
    return id;
}

size_t Ranges::Sweep(const Cluster& cluster, uint32_t generation, int64_t at, Domains& domains) noexcept {
    size_t swept = 0;
    for ( uint32_t id = 0; id < ranges.End(); ++id ) {
        auto& range = ranges[id];
        if ( range.end != never || range.generation >= generation || &domains.ClusterOf(range.domain) != &cluster )
            continue;
        Count(range, false, domains);
        range.end = at;
        ++swept;
    }
    return swept;
}

void Ranges::Distrust(const Cluster& cluster, Domains& domains) noexcept {
    for ( uint32_t id = 0; id < ranges.End(); ++id ) {
        auto& range = ranges[id];
        if ( &domains.ClusterOf(range.domain) != &cluster )
            continue;
        Count(range, false, domains);
        range.revision = 0;
        Count(range, true, domains);
    }
}

bool Ranges::Contains(const Address& address, const Filter& filter, const Domains& domains) const noexcept {
    for ( size_t i = 0; i < length_count; ++i )
        for ( auto id = Head(address.Masked(lengths[i]), lengths[i]); id != no_id; id = ranges[id].next )
            if ( ranges[id].end == never && domains.Allows(filter, ranges[id].domain) )
                return true;
    return false;
}

uint32_t Ranges::Head(const Address& base, unsigned length) const noexcept {
    return index.Find(Hash(base, length),
                      [&](uint32_t id) { return ranges[id].length == length && ranges[id].base == base; });
}

void Ranges::Count(const Range& range, bool add, Domains& domains) noexcept {
    if ( range.end != never )
        return;

    const auto share = DigestOf(range.revision, range.base, uint64_t{range.length} << 8 | range_proto);
    auto& digest = domains.ClusterOf(range.domain).digest;
    digest = add ? digest + share : digest - share;

    auto& alike = with_length[range.length];
    alike = add ? alike + 1 : alike - 1;
    length_count = 0;
    for ( size_t length = 0; length < with_length.size(); ++length )
        if ( with_length[length] )
            lengths[length_count++] = static_cast<uint8_t>(length);
}

} // namespace k8s
