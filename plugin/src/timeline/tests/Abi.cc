// The timeline as C functions, for the Python tests. Not built into the plugin.
//
// Names are bytes with a length; a null pointer means none. Functions that write text return how
// much room it takes, and write it only where there is that much.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "../Amendments.h"
#include "../Journal.h"
#include "../Timeline.h"

namespace {

std::optional<std::string_view> Name(const char* name, size_t length) {
    return name ? std::optional(std::string_view(name, length)) : std::nullopt;
}

size_t Give(const std::string& text, char* out, size_t room) {
    if ( text.size() <= room && out )
        std::memcpy(out, text.data(), text.size());
    return text.size();
}

k8s::Proto ProtoOf(std::string_view name) {
    for ( const auto proto : {k8s::Proto::tcp, k8s::Proto::udp, k8s::Proto::sctp} )
        if ( name == k8s::Name(proto) )
            return proto;
    return k8s::Proto::none;
}

size_t Report(const k8s::Timeline::Loaded& loaded, size_t* counts, char* problems, size_t room) {
    counts[0] = loaded.rows;
    counts[1] = loaded.applied;
    counts[2] = loaded.bad;

    std::string text;
    for ( const auto& problem : loaded.problems )
        text += "line " + std::to_string(problem.line) + ": " + problem.reason + "\n";
    return Give(text, problems, room);
}

} // namespace

extern "C" {

k8s::Timeline* k8s_timeline_new(int64_t linger, int64_t lead) { return new k8s::Timeline(linger, lead); }

void k8s_timeline_free(k8s::Timeline* timeline) { delete timeline; }

// Counts: rows, applied, bad. Problems: a line of text each.
size_t k8s_timeline_load(k8s::Timeline* timeline, const char* data, size_t length, size_t* counts, char* problems,
                         size_t room) {
    return Report(timeline->Load({data, length}), counts, problems, room);
}

// The same of a file; counts are left alone if it cannot be read.
size_t k8s_timeline_load_journal(k8s::Timeline* timeline, const char* path, size_t* counts, char* problems,
                                 size_t room) {
    const auto loaded = k8s::LoadJournal(*timeline, path);
    return loaded ? Report(*loaded, counts, problems, room) : 0;
}

// Writes the match, a newline, and the row of the claim if there is one.
size_t k8s_timeline_owner(k8s::Timeline* timeline, const unsigned char* address, int64_t time, uint16_t port,
                          const char* proto, const char* cluster, size_t cluster_length, const char* network,
                          size_t network_length, char* out, size_t room) {
    const auto filter = timeline->Only(Name(cluster, cluster_length), Name(network, network_length));
    const auto answer = timeline->Owner(k8s::Address::FromBytes(address), time, port, ProtoOf(proto), filter);

    std::string text(k8s::Name(answer.match));
    text += '\n';
    if ( answer.claim )
        timeline->Write(*answer.claim, text);
    return Give(text, out, room);
}

uint64_t k8s_timeline_digest(const k8s::Timeline* timeline, const char* cluster, size_t length) {
    return timeline->Digest({cluster, length});
}

size_t k8s_timeline_claims(const k8s::Timeline* timeline, const char* cluster, size_t length) {
    return timeline->Claims({cluster, length});
}

size_t k8s_timeline_total(const k8s::Timeline* timeline) { return timeline->Total(); }

void k8s_timeline_set_generation(k8s::Timeline* timeline, const char* cluster, size_t length, uint64_t generation) {
    timeline->SetGeneration({cluster, length}, generation);
}

size_t k8s_timeline_sweep(k8s::Timeline* timeline, const char* cluster, size_t length, uint64_t generation,
                          int64_t at) {
    return timeline->Sweep({cluster, length}, generation, at);
}

void k8s_timeline_distrust(k8s::Timeline* timeline, const char* cluster, size_t length) {
    timeline->Distrust({cluster, length});
}

size_t k8s_timeline_evict(k8s::Timeline* timeline, int64_t before, size_t limit) {
    return timeline->Evict(before, limit);
}

size_t k8s_timeline_write(const k8s::Timeline* timeline, char* out, size_t room) {
    std::string text;
    timeline->Write(text);
    return Give(text, out, room);
}

// The amendments watch the timeline from now on, so both are to be freed together.
k8s::Amendments* k8s_amendments_new(k8s::Timeline* timeline, size_t most, int64_t within) {
    auto* made = new k8s::Amendments;
    made->Start(most, within);
    timeline->Watch(made);
    return made;
}

void k8s_amendments_free(k8s::Amendments* amendments) { delete amendments; }

// Asks the timeline as a line that is written at a time would, and remembers the answer.
void k8s_amendments_remember(k8s::Amendments* amendments, k8s::Timeline* timeline, const char* uid, size_t uid_length,
                             bool is_resp, const unsigned char* address, int64_t time, uint16_t port, const char* proto,
                             const char* cluster, size_t cluster_length, int64_t now) {
    const auto filter = timeline->Only(Name(cluster, cluster_length), std::nullopt);
    const k8s::LineEnd end{{uid, uid_length},
                           is_resp ? k8s::Side::resp : k8s::Side::orig,
                           k8s::Address::FromBytes(address),
                           time,
                           port,
                           ProtoOf(proto),
                           filter};
    amendments->Remember(end, timeline->Owner(end.address, time, port, end.proto, filter), now, *timeline);
}

// Writes a line for each amendment: uid, side, time, when it was written, the matches, and the
// owner's uid. There has to be room for it.
size_t k8s_amendments_review(k8s::Amendments* amendments, const k8s::Timeline* timeline, int64_t now, size_t looks,
                             size_t reports, char* out, size_t room) {
    std::string text;
    amendments->Review(*timeline, now, {looks, reports}, [&](const k8s::Amendment& found) {
        text.append(found.end.uid).append("\t").append(k8s::Name(found.end.side)).append("\t");
        text.append(std::to_string(found.end.time)).append("\t").append(std::to_string(found.written)).append("\t");
        text.append(k8s::Name(found.was)).append("\t").append(k8s::Name(found.answer.match)).append("\t");
        if ( found.answer.claim )
            text += timeline->Describe(found.answer.claim->owner).Uid();
        text += '\n';
    });
    return Give(text, out, room);
}

// Counts: remembered now, amendments, drops.
void k8s_amendments_counts(const k8s::Amendments* amendments, uint64_t* counts) {
    counts[0] = amendments->Size();
    counts[1] = amendments->Reported();
    counts[2] = amendments->Dropped();
}

} // extern "C"
