// What a fuzzer calls: the life of a node. Its input is a list of things that happen, each a byte
// for what and some more for how: snapshots, deltas, sweeps, evictions, lines, a restart. They are
// done as scripts/feed.zeek and scripts/amendments.zeek have them done.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "../Amendments.h"
#include "../Timeline.h"
#include "Fuzz.h"
#include "OwnerCount.h"

namespace {

using namespace k8s;

constexpr std::array<std::string_view, 4> clusters = {"c1", "c1", "c2", "a\tb,\xff"};
constexpr std::array<std::string_view, 3> networks = {"-", "-", "storage"};
constexpr std::array<std::string_view, 8> addresses = {"10.0.0.1", "10.0.0.2",  "10.0.0.3", "10.1.0.1",
                                                       "fd00::1",  "fd00::1:2", "0.0.0.0",  "::"};
constexpr std::array<std::string_view, 4> subnets = {"10.0.0.0/24", "10.0.0.0/8", "fd00::/64", "::/0"};
constexpr std::array<std::string_view, 8> ends = {"-", "-", "-", "finished", "changed", "deleted", "moved", "missing"};
constexpr std::array<std::string_view, 4> kinds = {"pod", "pod", "service", "node"};
constexpr std::array<std::string_view, 4> protos = {"tcp", "udp", "sctp", "-"};
constexpr std::string_view header =
    "#fields\tcluster\tnetwork\taddr\tsubnet\tport\tproto\tfrom\tto\tended\tterminating\trevision\tversion\tkind\tuid\t"
    "namespace\tpod\tlabels\n";

/** The input, byte by byte; zeros after its end. */
class Input final {
public:
    explicit Input(std::string_view data) : rest(data) {}

    [[nodiscard]] bool Empty() const noexcept { return rest.empty(); }

    uint8_t Byte() noexcept {
        if ( rest.empty() )
            return 0;
        const auto byte = static_cast<uint8_t>(rest.front());
        rest.remove_prefix(1);
        return byte;
    }

    /** Half seconds around the epoch, or one of the times that are special. */
    int64_t Time() noexcept {
        switch ( const auto byte = Byte() ) {
            case 255: return never;
            case 254: return time_limit;
            case 253: return -time_limit;
            case 252: return INT64_MIN;
            default: return (byte - 16) * second / 2;
        }
    }

    std::string_view Text(size_t length) noexcept {
        const auto text = rest.substr(0, length);
        rest.remove_prefix(text.size());
        return text;
    }

    template<class T, size_t N>
    const T& Any(const std::array<T, N>& of) noexcept {
        return of[Byte() % N];
    }

private:
    std::string_view rest;
};

std::string Seconds(uint8_t halves) { return std::to_string(halves / 2) + (halves % 2 ? ".5" : ""); }

/** A row that may be right, of few names, so that many rows are about the same. */
void AppendRow(Input& input, std::string& out) {
    const auto shape = input.Byte();
    const auto cell = [&](std::string_view text) { out.append(text).append("\t"); };
    cell(input.Any(clusters));
    cell(shape & 1 ? input.Any(networks) : "-");
    const bool is_range = (shape & 0x1e) == 0x1e;
    cell(is_range ? "-" : input.Any(addresses));
    cell(is_range ? input.Any(subnets) : "-");
    const bool has_port = shape & 0x20;
    cell(has_port ? std::to_string(input.Byte() % 3 * 80) : "-");
    cell(has_port ? input.Any(protos) : "-");
    cell(Seconds(input.Byte()));
    const auto why = input.Any(ends);
    cell(shape & 0x40 ? Seconds(input.Byte()) : "-");
    cell(why);
    cell(shape & 0x80 ? Seconds(input.Byte()) : "-");
    cell(std::to_string(input.Byte()));
    cell(std::to_string(input.Byte() % 18));
    cell(input.Any(kinds));
    const auto uid = input.Byte() % 8;
    cell("u" + std::to_string(uid));
    cell("shop");
    // One that is too long to be shared with others, and memory of its own.
    cell(uid == 7 ? std::string(5000 + input.Byte(), 'p') : "web-" + std::to_string(uid));
    const auto labels = input.Byte();
    out.append("app=a").append(labels % 2 ? ",x=1\n" : "\n");
}

class Node final {
public:
    Node() { Start(); }

    void Happen(Input& input) {
        switch ( input.Byte() % 11 ) {
            case 0: Begin(input); break;
            case 1:
            case 2: LoadRows(input); break;
            case 3: LoadText(input); break;
            case 4: Sweep(input); break;
            case 5: timeline->Evict(input.Time(), input.Byte() ? SIZE_MAX : 1); break;
            case 6: Ask(input); break;
            case 7: WriteLine(input); break;
            case 8: Review({input.Byte(), input.Byte()}); break;
            case 9: Restart(); break;
            case 10: amendments.Start(input.Byte() % 8, input.Byte() * second); break;
        }
    }

    void End() {
        Review({});
        Restart();
        timeline->Evict(INT64_MAX);
        Check(OwnerCount(*timeline, 1 << 16) <= timeline->Total());
    }

private:
    struct Snapshot {
        std::string_view cluster;
        uint64_t generation;
    };

    void Start() {
        timeline = std::make_unique<Timeline>(4 * second, 2 * second);
        timeline->Watch(&amendments);
        filter = {};
    }

    // What a node does as it begins again: it reads what it wrote, and remembers no lines.
    void Restart() {
        const auto before = std::move(timeline);
        Start();
        Copy(*before, *timeline);
        amendments.Start(3, 8 * second);
    }

    Snapshot& Of(Input& input) { return snapshots[input.Byte() % snapshots.size()]; }

    void Begin(Input& input) {
        auto& snapshot = Of(input);
        // Once around the highest one there is.
        snapshot.generation = input.Byte() == 255 ? UINT64_MAX - 1 : snapshot.generation + 1;
    }

    void Load(const Snapshot& snapshot, std::string_view text) {
        timeline->SetGeneration(snapshot.cluster, snapshot.generation);
        const auto loaded = timeline->Load(text);
        Check(loaded.applied <= loaded.rows);
        // To hear it again changes nothing.
        const auto digest = timeline->Digest("c1");
        const auto again = timeline->Load(text);
        Check(again.bad == loaded.bad && again.rows == loaded.rows && timeline->Digest("c1") == digest);
    }

    void LoadRows(Input& input) {
        const auto& snapshot = Of(input);
        std::string text(header);
        for ( auto rows = input.Byte() % 8 + 1; rows > 0; --rows )
            AppendRow(input, text);
        Load(snapshot, text);
    }

    void LoadText(Input& input) {
        const auto& snapshot = Of(input);
        const auto length = input.Byte();
        const bool has_header = length % 2;
        Load(snapshot, std::string(has_header ? header : "").append(input.Text(length)));
    }

    void Sweep(Input& input) {
        const auto& snapshot = Of(input);
        const auto held = timeline->Claims(snapshot.cluster);
        const auto swept = timeline->Sweep(snapshot.cluster, snapshot.generation, input.Time());
        Check(timeline->Claims(snapshot.cluster) <= held && swept <= timeline->Total());
        Check(timeline->Sweep(snapshot.cluster, snapshot.generation, 0) == 0);
    }

    LineEnd Question(Input& input) {
        LineEnd end;
        end.side = input.Byte() % 2 ? Side::resp : Side::orig;
        end.address = *Address::Parse(input.Any(addresses));
        end.time = input.Time();
        end.port = input.Byte() % 3 * 80;
        end.proto = static_cast<Proto>(input.Byte() % 4);
        if ( input.Byte() % 2 )
            filter = timeline->Only(input.Any(clusters), input.Any(networks));
        end.filter = filter;
        return end;
    }

    Timeline::Answer OwnerOf(const LineEnd& end) const {
        const auto answer = timeline->Owner(end.address, end.time, end.port, end.proto, end.filter);
        Touch(*timeline, answer);
        Check(! answer.claim || answer.claim->address == end.address);
        return answer;
    }

    void Ask(Input& input) { OwnerOf(Question(input)); }

    void WriteLine(Input& input) {
        auto end = Question(input);
        const auto uid = std::string("C").append(input.Byte() % 40, 'x').append(std::to_string(input.Byte() % 8));
        end.uid = uid;
        now += input.Byte() * second / 8;
        amendments.Remember(end, OwnerOf(end), now, *timeline);
    }

    void Review(Amendments::Limit limit) {
        size_t reports = 0;
        amendments.Review(*timeline, now, limit, [&](const Amendment& found) {
            ++reports;
            Check(! found.end.uid.empty() && found.written <= now);
            Touch(*timeline, found.answer);
        });
        Check(reports <= limit.reports);
    }

    Amendments amendments;
    std::unique_ptr<Timeline> timeline;
    Filter filter;
    int64_t now = 0;
    std::array<Snapshot, 3> snapshots = {{{"c1", 0}, {"c2", 0}, {"nobody", 0}}};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr size_t most = 200; // things that happen, so that an input takes no time
    Input input({reinterpret_cast<const char*>(data), size});
    Node node;
    for ( size_t i = 0; i < most && ! input.Empty(); ++i )
        node.Happen(input);
    node.End();
    return 0;
}
