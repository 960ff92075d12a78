// Counts what is allocated while questions are answered, and fails if anything is.
//
// Every operator new of the process is replaced, so nothing can be missed. That they are counted at
// all is shown by loading claims, which must allocate.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "../Timeline.h"

namespace {

size_t allocations = 0;

void* Allocate(size_t size) {
    ++allocations;
    if ( auto* place = std::malloc(size ? size : 1) )
        return place;
    throw std::bad_alloc();
}

void* Allocate(size_t size, std::align_val_t align) {
    ++allocations;
    const auto step = static_cast<size_t>(align);
    if ( auto* place = std::aligned_alloc(step, (size + step - 1) / step * step) )
        return place;
    throw std::bad_alloc();
}

} // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void* operator new(size_t size, std::align_val_t align) { return Allocate(size, align); }
void* operator new[](size_t size, std::align_val_t align) { return Allocate(size, align); }
void operator delete(void* place) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete(void* place, size_t) noexcept { std::free(place); }
void operator delete[](void* place, size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, size_t, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, size_t, std::align_val_t) noexcept { std::free(place); }

namespace {

using namespace k8s;

constexpr size_t pods = 1000;
constexpr uint64_t base = 0xffff0a000000; // ::ffff:10.0.0.0
constexpr auto began = 1'700'000'000 * second;
constexpr auto minute = 60 * second;

// Pods with labels and images. Every third has ended and every fifth of these was taken over, every
// seventh has a rival from the same moment on, and one has a port of its own.
std::string Rows() {
    std::string text =
        "#fields\tcluster\taddr\tport\tproto\tfrom\tto\tended\trevision\tkind\tuid\tnamespace\tpod\tlabels\timages\n";
    size_t revision = 0;
    const auto row = [&](size_t pod, const std::string& from, const std::string& to, const char* ended) {
        const auto number = std::to_string(++revision);
        Address{0, base + pod}.AppendTo(text.append("c\t"));
        text += "\t-\t-\t" + from + "\t" + to + "\t" + ended + "\t" + number + "\tpod\tuid-of-a-pod-" + number +
                "\tshop\tpod-" + number + "\tapp=web,tier=front\tregistry.example/web:v1\n";
    };
    for ( size_t i = 0; i < pods; ++i ) {
        const bool is_over = i % 3 == 0;
        row(i, "1700000000", is_over ? "1700003600" : "-", is_over ? "finished" : "-");
        if ( i % 15 == 0 )
            row(i, "1700003660", "-", "-");
        if ( i % 7 == 0 )
            row(i, "1700000000", "-", "-");
    }
    text += "c\t10.0.0.1\t80\ttcp\t1700000000\t-\t-\t" + std::to_string(++revision) +
            "\tservice\tuid-of-a-service\tshop\t-\t-\t-\n";
    return text + "#fields\tcluster\tsubnet\trevision\tkind\nc\t10.0.0.0/8\t1\tpod\nc\tfd00::/64\t1\tpod\n";
}

} // namespace

int main() {
    Timeline timeline;
    const auto before = allocations;
    const auto loaded = timeline.Load(Rows());
    if ( loaded.bad || allocations == before ) {
        std::printf("%zu rows are bad, %zu allocations while loading\n", loaded.bad, allocations - before);
        return 1;
    }
    const auto one_cluster = timeline.Only("c", "");

    // Each address at times at which it is yet to begin, held, just ended and long gone; addresses
    // inside of a range and outside; with a port and without; all clusters and one.
    std::array<size_t, 6> matches{};
    size_t asked = 0;
    size_t characters = 0;
    const auto counted = allocations;
    for ( const auto time : {began - second, began + minute, began + 61 * minute, began + 90 * minute} )
        for ( size_t i = 0; i < 2 * pods; ++i )
            for ( const auto& address : {Address{0, base + i}, Address{0, 0xffff08080000 + i}} )
                for ( const uint16_t port : {0, 80} )
                    for ( const auto& filter : {Filter(), one_cluster} ) {
                        const auto answer = timeline.Owner(address, time, port, Proto::tcp, filter);
                        ++asked;
                        ++matches.at(static_cast<size_t>(answer.match));
                        if ( ! answer.claim )
                            continue;
                        const auto owner = timeline.Describe(answer.claim->owner);
                        characters += owner.pod.size() + owner.Uid().size() + owner.service.size();
                        for ( size_t k = 0; k < owner.labels.size(); ++k )
                            characters += owner.labels[k].size();
                    }
    const auto made = allocations - counted;

    for ( const auto count : matches )
        if ( count == 0 ) {
            std::printf("a kind of answer was never given\n");
            return 1;
        }
    std::printf("%zu questions, %zu characters, %zu allocations\n", asked, characters, made);
    return made == 0 ? 0 : 1;
}
