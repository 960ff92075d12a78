#include "Cache.h"

#include <exception>
#include <limits>

#include "Escape.h"
#include "Writer.h"

namespace k8s {

namespace {

constexpr size_t longest_name = 1024;
constexpr size_t block_size = 256 << 10;
constexpr size_t most_waiting = 4 << 20; // bytes that a slow disk may leave in memory
constexpr size_t most_changes = 10'000;  // beside one for each row
constexpr uint64_t slack = 1 << 20;      // bytes by which any file may grow
constexpr int64_t old = 60 * second;     // that a daemon speaks is worth a line so often

} // namespace

void Cache::Start(std::string new_path) {
    path = std::move(new_path);
    phase = Phase::begin;
    changes.Lose(); // a new file gets all rows anyway
    spool.Start();
    timeline.Record(&changes);
}

void Cache::Set(std::string_view source, const Mark& mark) {
    // Rows have no such name, and no site either.
    if ( source.empty() || source.size() > longest_name || ! IsUtf8(source) )
        return;
    if ( const auto known = marks.find(source); known != marks.end() )
        known->second = mark;
    else
        marks.emplace(source, mark);
}

void Cache::Drop(std::string_view source) {
    for ( auto* some : {&marks, &told} )
        if ( const auto known = some->find(source); known != some->end() )
            some->erase(known);
}

std::string Cache::Step(size_t rows) noexcept {
    try {
        const auto look = spool.Look();
        if ( ! look.problem.empty() && phase != Phase::begin )
            return Stop(look.problem);
        if ( look.waiting <= most_waiting )
            Work(rows);
    } catch ( const std::exception& error ) { // no memory, or no thread
        return Stop(error.what());
    }
    return "";
}

std::string Cache::Finish() noexcept {
    try {
        while ( Work(std::numeric_limits<size_t>::max()) )
            if ( spool.Look().waiting > most_waiting )
                spool.Wait();
        spool.Wait();
    } catch ( const std::exception& error ) {
        return Stop(error.what());
    }
    return Step(0);
}

std::string Cache::Stop(std::string problem) noexcept {
    if ( phase == Phase::off )
        return "";
    phase = Phase::off;
    timeline.Record(nullptr);
    changes.Clear();
    return problem;
}

// Returns whether there is more to do.
bool Cache::Work(size_t rows) {
    if ( phase == Phase::off || (phase == Phase::begin && marks.empty()) )
        return false;

    std::string block;
    if ( MustBeginAnew() )
        Begin(block);
    AddNewSources(block);
    AddRows(rows, block);

    const bool has_all = phase > Phase::all && changes.Size() == 0;
    if ( has_all && (phase == Phase::rest || HasNewMarks()) )
        AddMarks(block);
    if ( ! block.empty() )
        End(std::move(block));
    if ( has_all && phase == Phase::rest ) {
        spool.Commit();
        phase = Phase::adding;
        whole = bytes;
    }
    return ! has_all;
}

bool Cache::MustBeginAnew() const noexcept {
    return phase == Phase::begin || changes.Lost() || changes.Size() > timeline.Total() + most_changes ||
           (phase == Phase::adding && bytes > 2 * whole + slack);
}

void Cache::Begin(std::string& block) {
    phase = Phase::all;
    changes.Clear();
    told.clear();
    cursor = 0;
    sum = 0;
    bytes = 0;
    spool.Begin(path);
    block += cache_line;
    WriteHeader(block);
}

// Whose rows follow, so that there are none without a source if the rest is lost.
void Cache::AddNewSources(std::string& block) {
    for ( const auto& [source, unused] : marks )
        if ( told.emplace(source, Mark{}).second )
            AppendMark(source, {}, block);
}

void Cache::AddRows(size_t rows, std::string& block) {
    const auto is_full = [&] { return rows == 0 || block.size() >= block_size; };

    for ( ; phase == Phase::all && ! is_full(); --rows ) {
        const auto row = timeline.RowFrom(cursor);
        if ( ! row ) {
            phase = Phase::rest;
            break;
        }
        AddRow(*row, block);
        cursor = *row + 1;
    }
    for ( ; phase != Phase::all && changes.Size() > 0 && ! is_full(); --rows )
        if ( const auto row = changes.Take(); timeline.RowFrom(row) == row ) // else it is forgotten
            AddRow(row, block);
}

void Cache::AddRow(uint32_t row, std::string& block) const {
    if ( marks.contains(timeline.ClusterName(timeline.DomainOf(row))) )
        timeline.WriteRow(row, block);
}

void Cache::AddMarks(std::string& block) {
    for ( const auto& [source, mark] : marks )
        AppendMark(source, mark, block);
    told = marks;
}

bool Cache::HasNewMarks() const {
    for ( const auto& [source, mark] : marks ) {
        const auto& last = told.at(source);
        if ( mark.epoch != last.epoch || mark.seq != last.seq || mark.heard - last.heard >= old )
            return true;
    }
    return false;
}

void Cache::End(std::string block) {
    sum = SumOf(sum, block);
    AppendSum(sum, block);
    bytes += block.size();
    spool.Append(std::move(block));
}

} // namespace k8s
