#include "Plugin.h"

#include <zeek/ID.h>
#include <zeek/Reporter.h>
#include <zeek/RunState.h>
#include <zeek/telemetry/Manager.h>

#include "Convert.h"
#include "timeline/CacheFile.h"
#include "timeline/Journal.h"

namespace zeek::plugin::K8s_Timeline {

Plugin plugin;

namespace {

int64_t Option(const char* name) { return Micros(id::find_const<IntervalVal>(name)->AsInterval()); }

std::set<std::string, std::less<>> LoggedLabels() {
    // Only there if the column is.
    const auto& id = id::find("K8s::log_labels");
    std::set<std::string, std::less<>> keys;
    if ( id && id->HasVal() )
        for ( const auto& [key, unused] : id->GetVal()->AsTableVal()->ToMap() )
            keys.insert(key->AsListVal()->Idx(0)->AsStringVal()->ToStdString());
    return keys;
}

Columns::Hosts AddressColumns() {
    Columns::Hosts hosts;
    for ( const auto& [column, record] : id::find_const<TableVal>("K8s::address_columns")->ToMap() )
        hosts[column->AsListVal()->Idx(0)->AsStringVal()->ToStdString()] = record->AsStringVal()->ToStdString();
    return hosts;
}

Columns::Renamed RenamedColumns() {
    Columns::Renamed renamed;
    for ( const auto& [own, name] : id::find_const<TableVal>("Log::default_field_name_map")->ToMap() )
        renamed[name->AsStringVal()->ToStdString()] = own->AsListVal()->Idx(0)->AsStringVal()->ToStdString();
    return renamed;
}

RecordValPtr ToRecord(const k8s::Timeline::Loaded& loaded) {
    static const auto type = id::find_type<RecordType>("K8s::Loaded");
    auto record = make_intrusive<RecordVal>(type);
    record->Assign(type->FieldOffset("rows"), val_mgr->Count(loaded.rows));
    record->Assign(type->FieldOffset("applied"), val_mgr->Count(loaded.applied));
    record->Assign(type->FieldOffset("bad"), val_mgr->Count(loaded.bad));
    if ( ! loaded.problems.empty() ) {
        const auto& [line, reason] = loaded.problems.front();
        record->Assign(type->FieldOffset("problem"),
                       make_intrusive<StringVal>("line " + std::to_string(line) + ": " + reason));
    }
    return record;
}

double Seconds(int64_t micros) { return static_cast<double>(micros) / 1e6; }

RecordValPtr ToRecord(const k8s::Amendment& amendment, RecordValPtr owner) {
    static const auto type = id::find_type<RecordType>("K8s::Amendment");
    auto record = make_intrusive<RecordVal>(type);
    const auto set = [&](const char* field, auto value) { record->Assign(type->FieldOffset(field), std::move(value)); };
    const auto& end = amendment.end;
    set("ts", make_intrusive<TimeVal>(Seconds(end.time)));
    set("uid", make_intrusive<StringVal>(end.uid));
    set("side", make_intrusive<StringVal>(k8s::Name(end.side)));
    set("address", make_intrusive<AddrVal>(Pack(end.address)));
    set("written", make_intrusive<TimeVal>(Seconds(amendment.written)));
    if ( amendment.was != k8s::Match::nothing )
        set("was", make_intrusive<StringVal>(k8s::Name(amendment.was)));
    set("k8s", std::move(owner));
    return record;
}

RecordValPtr ToRecord(const k8s::Restored& restored) {
    static const auto type = id::find_type<RecordType>("K8s::Restored");
    static const auto mark_type = id::find_type<RecordType>("K8s::Mark");
    auto marks = make_intrusive<VectorVal>(id::find_type<VectorType>("K8s::Marks"));
    for ( const auto& [source, mark] : restored.marks ) {
        auto record = make_intrusive<RecordVal>(mark_type);
        record->Assign(mark_type->FieldOffset("source"), make_intrusive<StringVal>(source));
        record->Assign(mark_type->FieldOffset("epoch"), val_mgr->Count(mark.epoch));
        record->Assign(mark_type->FieldOffset("seq"), val_mgr->Count(mark.seq));
        record->Assign(mark_type->FieldOffset("heard"), make_intrusive<TimeVal>(Seconds(mark.heard)));
        marks->Append(std::move(record));
    }
    auto record = make_intrusive<RecordVal>(type);
    record->Assign(type->FieldOffset("rows"), val_mgr->Count(restored.rows));
    record->Assign(type->FieldOffset("marks"), std::move(marks));
    if ( ! restored.problem.empty() )
        record->Assign(type->FieldOffset("problem"), make_intrusive<StringVal>(restored.problem));
    return record;
}

} // namespace

void FilterWatch::Start() {
    const auto& kept = id::find("Log::filters"); // where Log::add_filter() and its like keep them
    filters = kept && kept->HasVal() ? kept->GetVal()->Modifiable() : nullptr;
    if ( filters )
        notifier::detail::registry.Register(filters, this);
}

Configuration Plugin::Configure() {
    Configuration config;
    config.name = "K8s::Timeline";
    config.description = "Who owned an address of a Kubernetes cluster at a time";
    config.version = {0, 1, 0};
    return config;
}

void Plugin::InitPostScript() {
    timeline = std::make_unique<k8s::Timeline>(Option("K8s::linger"), Option("K8s::lead"));
    timeline->Watch(&amendments);
    cache = std::make_unique<k8s::Cache>(*timeline);
    const LabelFilter labels(LoggedLabels());
    records = Records(id::find_type<RecordType>("K8s::Owner"), labels);
    columns = Columns(id::find_const<StringVal>("Log::default_scope_sep")->ToStdString(), AddressColumns(),
                      RenamedColumns(), labels);
    RegisterTelemetry();

    // Zeek pays for hooks on each line, so only if a script has declared the columns.
    if ( id::find_type<RecordType>("conn_id")->HasField("orig_k8s") ) {
        EnableHook(HOOK_LOG_INIT);
        EnableHook(HOOK_LOG_WRITE);
        filters.Start();
    }
}

void Plugin::RegisterTelemetry() {
    for ( size_t i = 0; i < asked.size(); ++i )
        telemetry_mgr->CounterInstance("k8s", "lookups", {{"match", k8s::Name(static_cast<k8s::Match>(i))}},
                                       "Questions who owned an address, by how sure the answer was", "",
                                       [this, i] { return static_cast<double>(asked[i]); });

    telemetry_mgr->GaugeInstance("k8s", "claims", {}, "Claims and ranges that are kept, ended ones included", "",
                                 [this] { return static_cast<double>(timeline->Total()); });

    telemetry_mgr->CounterInstance("k8s", "amendments", {},
                                   "Ends of connections for which a line said what later turned out otherwise", "",
                                   [this] { return static_cast<double>(amendments.Reported()); });
    telemetry_mgr->CounterInstance("k8s", "amendments_dropped", {},
                                   "Ends of connections that were forgotten before their time, for want of room", "",
                                   [this] { return static_cast<double>(amendments.Dropped()); });
    telemetry_mgr->CounterInstance("k8s", "contexts_not_kept", {},
                                   "Lines for which `K8s::cluster_of` ran as there were too many contexts to keep", "",
                                   [this] { return static_cast<double>(contexts.NotKept()); });

    telemetry_mgr->GaugeInstance("k8s", "cache_restored", {}, "Rows that this node had in its cache when it began", "",
                                 [this] { return static_cast<double>(restored_rows); });
    telemetry_mgr->GaugeInstance("k8s", "cache_bytes", {}, "Size of the file that is the cache", "",
                                 [this] { return static_cast<double>(cache->Bytes()); });
    telemetry_mgr->CounterInstance("k8s", "cache_rewrites", {}, "Times that the cache was written anew as a whole", "",
                                   [this] { return static_cast<double>(cache->Rewrites()); });
    telemetry_mgr->CounterInstance("k8s", "cache_problems", {},
                                   "Times that the cache could not be read whole, or not be written", "",
                                   [this] { return static_cast<double>(cache_problems); });
}

void Plugin::HookLogInit(const std::string&, const std::string&, bool, bool, const logging::WriterBackend::WriterInfo&,
                         int, const threading::Field* const*) {
    columns.Reset();
}

bool Plugin::HookLogWrite(const std::string&, const std::string&, const logging::WriterBackend::WriterInfo&,
                          int num_fields, const threading::Field* const* fields, threading::Value** vals) {
    const auto now = run_state::network_time;
    columns.Fill(*timeline, contexts, fields, num_fields, vals, now,
                 [&](const k8s::LineEnd& end, const k8s::Timeline::Answer& answer) {
                     ++asked[static_cast<size_t>(answer.match)];
                     amendments.Remember(end, answer, Micros(now), *timeline);
                 });
    return true;
}

RecordValPtr Plugin::Owner(const IPAddr& address, double time, const PortVal* port) {
    k8s::LineEnd question;
    question.address = Unpack(address);
    question.time = Micros(time);
    question.filter = contexts.OfNone(*timeline);
    question.proto = port ? ProtoOf(port->PortType()) : k8s::Proto::none;
    if ( question.proto != k8s::Proto::none )
        question.port = static_cast<uint16_t>(port->Port());
    return Answer(question);
}

RecordValPtr Plugin::OwnerIn(const IPAddr& address, double time, const RecordVal& domain) {
    k8s::LineEnd question;
    question.address = Unpack(address);
    question.time = Micros(time);
    question.filter = Contexts::FilterOf(*timeline, domain);
    return Answer(question);
}

RecordValPtr Plugin::Answer(const k8s::LineEnd& question) {
    const auto answer =
        timeline->Owner(question.address, question.time, question.port, question.proto, question.filter);
    ++asked[static_cast<size_t>(answer.match)];
    return records.Of(*timeline, answer);
}

void Plugin::RememberLines(size_t most, double within) { amendments.Start(most, Micros(within)); }

VectorValPtr Plugin::ReviewLines(double now, k8s::Amendments::Limit limit) {
    auto all = make_intrusive<VectorVal>(id::find_type<VectorType>("K8s::Amendments"));
    amendments.Review(*timeline, Micros(now), limit, [&](const k8s::Amendment& found) {
        all->Append(ToRecord(found, records.Of(*timeline, found.answer)));
    });
    return all;
}

RecordValPtr Plugin::Load(std::string_view source, std::string_view rows, uint32_t generation) {
    timeline->SetGeneration(source, generation);
    return ToRecord(timeline->Load(rows));
}

RecordValPtr Plugin::LoadJournal(const std::string& path) {
    if ( const auto loaded = k8s::LoadJournal(*timeline, path) )
        return ToRecord(*loaded);

    reporter->FatalError("K8s::journal: cannot read %s; make one with `k8s-sync export`", path.c_str());
    return nullptr;
}

RecordValPtr Plugin::Restore(const std::string& path) {
    const auto restored = k8s::Restore(*timeline, path);
    restored_rows = restored.rows;
    cache_problems += ! restored.problem.empty();
    return ToRecord(restored);
}

std::string Plugin::WriteCache(std::optional<size_t> rows) {
    auto problem = rows ? cache->Step(*rows) : cache->Finish();
    cache_problems += ! problem.empty();
    return problem;
}

} // namespace zeek::plugin::K8s_Timeline
