// What a fuzzer calls: rows of any bytes, and then each thing a timeline can be asked.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../Amendments.h"
#include "../Reader.h"
#include "../Restorer.h"
#include "../Timeline.h"
#include "Fuzz.h"
#include "OwnerCount.h"

namespace {

using namespace k8s;

struct Spot {
    Address address;
    int64_t time;
    uint16_t port;
    Proto proto;
};

// Where something may be found, and beside it.
std::vector<Spot> Spots(std::string_view text) {
    constexpr size_t most = 64;
    std::vector<Spot> spots = {{{0, 0xffff0a000001}, 0, 0, Proto::none},
                               {{}, INT64_MIN, 80, Proto::tcp},
                               {{~uint64_t{0}, ~uint64_t{0}}, INT64_MAX, 65535, Proto::sctp}};
    Reader reader(text);
    for ( auto step = reader.Next(); step != Reader::Step::end && spots.size() < most; step = reader.Next() ) {
        if ( step != Reader::Step::row )
            continue;
        const auto& row = reader.Current();
        if ( row.is_range )
            spots.push_back({row.subnet.base, 0, 0, Proto::none});
        else
            for ( const auto time : {row.start, row.start - 1, row.end, row.terminating} )
                spots.push_back({row.address, time, row.port, row.proto});
    }
    return spots;
}

// Lines about all spots, in too little room, before and while the rows are heard.
void Amend(std::string_view text, const std::vector<Spot>& spots) {
    Amendments amendments;
    Timeline timeline;
    amendments.Start(spots.size() / 2 + 1, 5);
    timeline.Watch(&amendments);
    int64_t now = 0;
    for ( const bool load : {true, true, false} ) {
        for ( const auto& spot : spots ) {
            const auto uid = "C" + std::to_string(++now);
            const LineEnd end{uid, Side::resp, spot.address, spot.time, spot.port, spot.proto, {}};
            amendments.Remember(end, timeline.Owner(spot.address, spot.time, spot.port, spot.proto), now, timeline);
        }
        if ( load )
            timeline.Load(text);
        else
            timeline.Sweep("c1", 2, 0);
        for ( const size_t looks : {2, 1000} )
            amendments.Review(timeline, now, {looks, looks}, [&](const Amendment& found) {
                Check(found.end.uid.front() == 'C' && (found.answer.claim || found.was != Match::nothing));
                Touch(timeline, found.answer);
            });
    }
    Check(amendments.Size() <= spots.size() / 2 + 1);
}

// Any bytes as a cache, and as a block of one, read in two parts.
void Keep(std::string_view text) {
    std::string block(cache_line);
    block.append(text).append("\n");
    const auto sum = SumOf(0, block);
    AppendSum(sum, block);
    for ( const auto all : {text, std::string_view(block)} ) {
        Timeline timeline;
        Restorer restorer(timeline);
        const auto half = all.size() / 2;
        if ( restorer.Add(all.substr(0, half)) )
            restorer.Add(all.substr(half));
        const auto restored = restorer.Finish();
        Check(timeline.Total() <= restored.rows);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Timeline timeline;
    timeline.SetGeneration("c1", 1);
    const auto loaded = timeline.Load(text);
    Check(loaded.applied <= loaded.rows && timeline.Total() <= loaded.applied);
    Check(timeline.Load(text).bad == loaded.bad);

    const auto filter = timeline.Only("c1", "");
    const auto spots = Spots(text);
    for ( const auto& spot : spots ) {
        Touch(timeline, timeline.Owner(spot.address, spot.time, spot.port, spot.proto));
        Touch(timeline, timeline.Owner(spot.address, spot.time, spot.port, spot.proto, filter));
    }

    Amend(text, spots);
    Keep(text);

    // A journal gives back the same timeline, and the same journal.
    Timeline again;
    Copy(timeline, again);

    timeline.Evict(0, 1);
    timeline.Sweep("c1", 2, 0);
    Check(timeline.Claims("c1") == 0 && timeline.Digest("c1") == 0);
    timeline.Evict(0);
    timeline.Load(text);
    for ( const auto& spot : spots )
        Touch(timeline, timeline.Owner(spot.address, spot.time, spot.port, spot.proto));
    timeline.SetGeneration("c1", 0);
    timeline.Evict(INT64_MAX);
    Check(OwnerCount(timeline, 1 << 16) <= timeline.Total());
    return 0;
}
