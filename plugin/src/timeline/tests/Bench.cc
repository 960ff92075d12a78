// Measures what `make bench` reports of the timeline alone: memory per claim, load time, lookups.

#include <unistd.h>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "../Amendments.h"
#include "../Cache.h"
#include "../CacheFile.h"
#include "../Timeline.h"
#include "OwnerCount.h"

namespace {

using namespace k8s;

size_t claims = 150'000;
constexpr size_t pods_per_workload = 20;
constexpr size_t nodes = 500;
size_t questions = 4'000'000;
constexpr uint64_t pods_base = 0xffff0a000000; // ::ffff:10.0.0.0

size_t ResidentBytes() {
    size_t pages = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Of this process, so that it matters little what else the machine does.
double Seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string Number(size_t i, int width) {
    auto text = std::to_string(i);
    return text.insert(0, static_cast<size_t>(width) - std::min(text.size(), static_cast<size_t>(width)), '0');
}

std::string Uuid(std::mt19937_64& random) {
    char text[37];
    const auto a = random();
    const auto b = random();
    std::snprintf(text, sizeof(text), "%08x-%04x-4%03x-8%03x-%012llx", static_cast<unsigned>(a >> 32),
                  static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                  static_cast<unsigned>(b >> 48 & 0xfff), static_cast<unsigned long long>(b & 0xffffffffffff));
    return text;
}

// Names of 40 characters, 12 labels of 40 that the pods of a workload share, two images.
void Rows(size_t begin, size_t end, std::string& text) {
    std::mt19937_64 random(begin);
    text =
        "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\tnamespace\tpod\tworkload\tnode\t"
        "service_account\tlabels\timages\tzone\troles\n";
    for ( size_t i = begin; i < end; ++i ) {
        const auto workload = Number(i / pods_per_workload, 6);
        Address{0, pods_base + i}.AppendTo(text.append("production\t"));
        text += "\t1700000000." + Number(i, 6) + "\t" + std::to_string(1000 + i) + "\tpod\t" + Uuid(random);
        text += "\tteam-" + Number(i / pods_per_workload % 97, 2) + "\tworkload-" + workload + "-7d4b9c6f5d-" +
                Number(i, 12);
        text +=
            "\tDeployment/workload-" + workload + "\tip-10-0-" + Number(i % nodes, 3) + ".compute.internal\tdefault\t";
        for ( size_t label = 0; label < 12; ++label )
            text += (label ? ",app.kubernetes.io/label-" : "app.kubernetes.io/label-") + Number(label, 2) + "=value-" +
                    workload + "x";
        text += "\tregistry.example/team/app-" + workload + ":v1,registry.example/mesh/proxy:v2\tzone-";
        text += std::to_string(i % 3) + "\tmesh\n";
    }
}

double Ask(const Timeline& timeline, const std::vector<uint64_t>& low, uint16_t port, size_t& found) {
    const auto begin = Seconds();
    for ( size_t i = 0; i < questions; ++i )
        found += timeline.Owner({0, low[i % low.size()]}, 1'800'000'000 * second, port, Proto::tcp).claim != nullptr;
    return (Seconds() - begin) / static_cast<double>(questions) * 1e9;
}

// What remembering the ends of lines adds to filling them, and a look at all of them.
void Amend(Timeline& timeline, const std::vector<uint64_t>& low) {
    constexpr size_t most = 200'000;
    constexpr size_t lines = 1'000'000;
    constexpr auto time = 1'800'000'000 * second;
    std::vector<std::string> uids(lines);
    for ( size_t i = 0; i < lines; ++i )
        uids[i] = "CdefGhijKlm" + Number(i, 7);

    const auto before = ResidentBytes();
    Amendments amendments;
    timeline.Watch(&amendments);
    size_t filled = 0;
    const auto fill = [&] {
        const auto begin = Seconds();
        for ( size_t i = 0; i < lines; ++i ) {
            const LineEnd end{uids[i], Side::orig, {0, low[i]}, time, 0, Proto::none, {}};
            const auto answer = timeline.Owner(end.address, time);
            filled += timeline.Describe(answer.claim->owner).pod.size();
            amendments.Remember(end, answer, static_cast<int64_t>(i), timeline);
        }
        return (Seconds() - begin) / lines * 1e9;
    };
    const auto without = fill();
    amendments.Start(most, 600 * second);
    std::printf("fill an end             %.0f ns\n", without);
    std::printf("remember it             %.0f ns\n", fill() - without);
    std::printf("bytes for an end        %.0f\n", static_cast<double>(ResidentBytes() - before) / most);

    for ( size_t i = 0; i < lines; ++i )
        amendments.Touched({0, low[i]});
    const auto begin = Seconds();
    size_t found = 0;
    amendments.Review(timeline, 0, {}, [&](const Amendment&) { ++found; });
    std::printf("look at an end again    %.0f ns\n", (Seconds() - begin) / most * 1e9);
    timeline.Watch(nullptr);
}

// What it costs to keep all claims in a file, and to read them again.
void Keep(Timeline& timeline) {
    constexpr size_t rows_per_step = 500;
    const auto path = std::filesystem::temp_directory_path() / ("k8s_bench_" + std::to_string(getpid()));
    double longest = 0;
    size_t steps = 0;
    uint64_t bytes = 0;
    {
        Cache cache(timeline);
        cache.Start(path);
        cache.Set("production", {1, 1, 0});
        while ( cache.Rewrites() == 0 ) {
            bytes = cache.Bytes();
            // Of this thread: another one does the writing.
            timespec begin = {};
            timespec end = {};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
            cache.Step(rows_per_step);
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
            const auto taken = static_cast<double>(end.tv_sec - begin.tv_sec) * 1e3 +
                               static_cast<double>(end.tv_nsec - begin.tv_nsec) / 1e6;
            longest = std::max(longest, taken);
            steps += cache.Bytes() > bytes; // else the disk is behind
        }
        bytes = cache.Bytes();
        cache.Finish();
    }
    std::printf("steps to keep them      %zu\n", steps);
    std::printf("slowest of these        %.2f ms\n", longest);
    std::printf("bytes in the file       %.0f\n", static_cast<double>(bytes) / static_cast<double>(claims));

    const auto begin = Seconds();
    Timeline again;
    const auto restored = Restore(again, path);
    std::printf("restore of %zu       %.3f s\n", restored.rows, Seconds() - begin);
    if ( ! restored.problem.empty() || again.Digest("production") != timeline.Digest("production") )
        std::printf("restore: %s\n", restored.problem.empty() ? "another digest" : restored.problem.c_str());
    std::filesystem::remove(path);
}

} // namespace

/** Arguments: how many claims there are; and how many questions, which then are all that is measured. */
int main(int argc, char** argv) {
    if ( argc > 1 )
        claims = std::stoul(argv[1]);
    if ( argc > 2 )
        questions = std::stoul(argv[2]);
    Timeline timeline;
    // In payloads, as over the wire. Their memory is there before and after.
    constexpr size_t per_payload = 500;
    std::string text;
    Rows(0, per_payload, text);
    Timeline().Load(text);
    const auto before = ResidentBytes();
    double loading = 0;
    double longest = 0;
    size_t loaded = 0;
    for ( size_t i = 0; i < claims; i += per_payload ) {
        Rows(i, i + per_payload, text);
        const auto begin = Seconds();
        loaded += timeline.Load(text).applied;
        const auto taken = Seconds() - begin;
        loading += taken;
        longest = std::max(longest, taken);
    }
    const auto bytes = static_cast<double>(ResidentBytes() - before) / static_cast<double>(claims);
    timeline.Load(
        "#fields\tcluster\tsubnet\trevision\tkind\nproduction\t10.0.0.0/8\t1\tpod\n"
        "production\t172.16.0.0/16\t1\tservice\nproduction\tfd00::/64\t1\tpod\n");

    std::mt19937_64 random(1);
    std::vector<uint64_t> inside(1 << 20);
    std::vector<uint64_t> outside(1 << 20);
    for ( auto& low : inside )
        low = pods_base + random() % claims;
    for ( auto& low : outside )
        low = 0xffff00000000 | (random() & 0xffffffff);

    size_t found = 0;
    std::printf("claims                  %zu\n", loaded);
    std::printf("bytes per claim         %.0f\n", bytes);
    std::printf("load of all             %.6f s\n", loading);
    std::printf("slowest load of %zu     %.2f ms\n", per_payload, longest * 1e3);
    std::vector<uint64_t> few(inside.begin(), inside.begin() + 1000);
    if ( argc <= 2 )
        std::printf("lookup, known, cached   %.0f ns\n", Ask(timeline, few, 0, found));
    std::printf("lookup, known           %.1f ns\n", Ask(timeline, inside, 0, found));
    if ( argc > 2 )
        return 0;
    std::printf("lookup, nobody's        %.0f ns\n", Ask(timeline, outside, 0, found));

    // One port claim makes every question with a port ask twice.
    timeline.Load(
        "#fields\tcluster\taddr\tport\tproto\tfrom\trevision\tkind\tuid\n"
        "production\t10.0.0.1\t80\ttcp\t1\t1\tservice\tport\n");
    std::printf("lookup, known, port     %.0f ns\n", Ask(timeline, inside, 443, found));
    std::printf("lookup, nobody's, port  %.0f ns\n", Ask(timeline, outside, 443, found));

    Keep(timeline); // before there is much for an allocator to tidy up
    Amend(timeline, inside);

    // Addresses whose pod has changed its labels twice.
    for ( size_t i = 0; i < few.size(); ++i )
        few[i] = pods_base + claims + i;
    std::string versions = "#fields\tcluster\taddr\tfrom\tto\tended\trevision\tversion\tkind\tuid\n";
    for ( const auto low : few )
        for ( const auto* version : {"1790000000\tchanged\t1\t-", "1850000000\tchanged\t2\t1", "-\t-\t3\t2"} ) {
            Address{0, low}.AppendTo(versions.append("production\t"));
            versions.append("\t1700000000\t").append(version).append("\tpod\tversioned\n");
        }
    timeline.Load(versions);
    std::printf("lookup, three versions  %.0f ns\n", Ask(timeline, few, 0, found));

    const auto begin = Seconds();
    const auto swept = timeline.Sweep("production", 1, 1'900'000'000 * second);
    std::printf("sweep of %zu        %.1f ms\n", swept, (Seconds() - begin) * 1e3);
    const auto evicting = Seconds();
    const auto evicted = timeline.Evict(2'000'000'000 * second);
    std::printf("evict of %zu        %.1f ms\n", evicted, (Seconds() - evicting) * 1e3);
    return found > 0 && OwnerCount(timeline, 2 * claims + few.size()) == 0 ? 0 : 1;
}
