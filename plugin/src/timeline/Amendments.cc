#include "Amendments.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace k8s {

namespace {

/** More than these are not looked at once more when they have to go. */
constexpr size_t most_leaving = 4096;

} // namespace

void Amendments::Start(size_t new_most, int64_t new_within) {
    Amendments fresh;
    fresh.most = std::min(new_most, Ring<Entry>::largest);
    fresh.within = std::clamp<int64_t>(new_within, 0, time_limit / 2);
    fresh.reported = reported;
    fresh.dropped = dropped + Size();
    *this = std::move(fresh);
}

void Amendments::Remember(const LineEnd& end, const Timeline::Answer& answer, int64_t now, const Timeline& timeline) {
    if ( ! On() || end.uid.empty() )
        return;
    if ( end.uid.size() > longest_uid ) {
        ++dropped;
        return;
    }
    if ( by_uid.empty() ) {
        const auto places = std::bit_ceil(std::max<size_t>(most, 64));
        entries = Ring<Entry>(most);
        dirty.assign(places / 64, 0);
        by_address.assign(places, entries.Gone());
        by_uid.assign(4 * places, entries.Gone());
    }

    // All this is far from the caches after so many others. Waiting once is enough.
    auto& of_uid = by_uid[PlaceOf(end.uid, end.side)];
    auto& of_address = by_address[PlaceOf(end.address)];
    __builtin_prefetch(&of_uid);
    __builtin_prefetch(&of_address);
    entries.PrefetchEnds();
    if ( Knows(of_uid, end) )
        return;

    if ( Size() == most ) {
        const auto& oldest = entries[entries.First()];
        dropped += now - oldest.written <= within;
        if ( leaving.size() < most_leaving && Doubted(entries.First()) )
            leaving.push_back(oldest);
        entries.Pop();
    }

    Entry entry{end.address,
                end.time,
                now,
                answer.claim ? timeline.Identity(answer.claim->owner) : 0,
                end.filter,
                entries.Find(of_address) ? of_address : entries.Gone(),
                entries.Find(of_uid) ? of_uid : entries.Gone(),
                end.port,
                end.proto,
                answer.match,
                end.side,
                false,
                false,
                static_cast<uint8_t>(end.uid.size()),
                {}};
    end.uid.copy(entry.uid.data(), longest_uid);
    of_address = of_uid = static_cast<uint32_t>(entries.Push(entry));
}

bool Amendments::Knows(uint32_t link, const LineEnd& end) const noexcept {
    for ( auto number = entries.Find(link); number; number = entries.Find(entries[number].older_of_uid) )
        if ( entries[number].side == end.side && entries[number].Uid() == end.uid )
            return true;
    return false;
}

void Amendments::Touched(const Address& address) noexcept {
    if ( Size() == 0 )
        return;
    const auto place = PlaceOf(address);
    if ( IsDirty(place) || ! entries.Find(by_address[place]) )
        return;
    dirty[place / 64] |= uint64_t{1} << place % 64;
    ++dirty_count;
}

void Amendments::Review(const Timeline& timeline, int64_t now, Limit limit, const Report& report) {
    found.clear();
    while ( ! leaving.empty() && limit.Left() ) {
        Look(leaving.back(), timeline, true, limit);
        leaving.pop_back();
    }

    while ( Size() && entries[entries.First()].written < now - within && limit.Left() ) {
        if ( Doubted(entries.First()) )
            Look(entries[entries.First()], timeline, true, limit);
        else
            --limit.looks;
        entries.Pop();
    }

    if ( cursor < entries.First() )
        cursor = 0;
    while ( limit.Left() && (cursor || FindDirty()) ) {
        auto& entry = entries[cursor];
        cursor = entries.Find(entry.older_of_address);
        Look(entry, timeline, false, limit);
    }

    // The places are in another order in each process.
    std::ranges::sort(found, {}, [](const auto& one) {
        const auto& entry = one.first;
        return std::tuple(entry.written, entry.time, entry.Uid(), entry.side);
    });
    for ( const auto& [entry, answer] : found )
        report({{entry.Uid(), entry.side, entry.address, entry.time, entry.port, entry.proto, entry.filter},
                entry.written,
                entry.match,
                answer});
    reported += found.size();
}

// Whether a row may have changed the answer since an entry was last looked at.
bool Amendments::Doubted(uint64_t number) const noexcept {
    const auto& entry = entries[number];
    if ( entry.reported || entry.doubtful )
        return entry.doubtful && ! entry.reported;
    if ( ! dirty_count && ! cursor )
        return false;
    const auto place = PlaceOf(entry.address);
    return IsDirty(place) || (place == reviewed && number <= cursor);
}

// Goes to the next place that a row was heard about. Others that share it are looked at in vain.
bool Amendments::FindDirty() noexcept {
    // From the next word on, so that an address that is never quiet does not hold up the others.
    for ( size_t word = reviewed / 64; dirty_count > 0; ) {
        word = (word + 1) % dirty.size();
        while ( dirty[word] ) {
            reviewed = word * 64 + static_cast<size_t>(std::countr_zero(dirty[word]));
            dirty[word] &= dirty[word] - 1;
            --dirty_count;
            cursor = entries.Find(by_address[reviewed]);
            if ( cursor )
                return true;
        }
    }
    return false;
}

void Amendments::Look(Entry& entry, const Timeline& timeline, bool last, Limit& limit) {
    --limit.looks;
    if ( entry.reported )
        return;

    const auto answer = timeline.Owner(entry.address, entry.time, entry.port, entry.proto, entry.filter);
    const auto owner = answer.claim ? timeline.Identity(answer.claim->owner) : 0;
    const bool other = owner != entry.owner;
    const bool surer = answer.match == Match::exact && (other || entry.match == Match::early);
    entry.doubtful = ! surer && (other || (entry.match == Match::exact && answer.match != Match::exact));
    if ( ! surer && ! (entry.doubtful && last) )
        return;

    entry.reported = true;
    --limit.reports;
    found.emplace_back(entry, answer);
}

} // namespace k8s
