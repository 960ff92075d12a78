#pragma once

#include <zeek/Notifier.h>
#include <zeek/Val.h>
#include <zeek/plugin/Plugin.h>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "Columns.h"
#include "Records.h"
#include "timeline/Cache.h"
#include "timeline/Timeline.h"

namespace zeek::plugin::K8s_Timeline {

/**
 * Has what is known of the columns of logs forgotten whenever a filter of a log changes. A filter that
 * replaces another one of its name takes over the writer, so HookLogInit() is silent, and it may have
 * its fields where those of any other filter were.
 */
class FilterWatch final : public notifier::detail::Receiver {
public:
    explicit FilterWatch(Columns& columns) : columns(columns) {}

    /** Begins, once there are scripts. */
    void Start();

    void Modified(notifier::detail::Modifiable*) override { columns.Reset(); }

    /** Ends. Zeek asks for it, again and again, when it ends itself. */
    void Terminate() override { notifier::detail::registry.Unregister(filters, this); }

private:
    Columns& columns;
    notifier::detail::Modifiable* filters = nullptr;
};

/** The adapter between Zeek and the timeline. */
class Plugin final : public zeek::plugin::Plugin {
public:
    /** Answers a script's question. @param port The port that is asked about, or null. */
    RecordValPtr Owner(const IPAddr& address, double time, const PortVal* port);

    /** Answers a script's question about a cluster, a network or both. @param domain A `K8s::Domain`. */
    RecordValPtr OwnerIn(const IPAddr& address, double time, const RecordVal& domain);

    /** Takes rows in. @return A `K8s::Loaded`. */
    RecordValPtr Load(std::string_view source, std::string_view rows, uint32_t generation);

    /** Takes the rows of a file in; ends Zeek if it cannot be read. @return A `K8s::Loaded`. */
    RecordValPtr LoadJournal(const std::string& path);

    /** Takes the rows of a cache in. @return A `K8s::Restored`. */
    RecordValPtr Restore(const std::string& path);

    /** Does a bit of the cache's work, or all of it. @return What is wrong. */
    std::string WriteCache(std::optional<size_t> rows);

    /** What keeps this node's claims in a file. */
    k8s::Cache& Cache() { return *cache; }

    /** Begins to remember lines. @param most How many ends of lines, 0 for none. @param within For how long. */
    void RememberLines(size_t most, double within);

    /** Lines that would be written otherwise now; see k8s::Amendments::Review(). @return A `K8s::Amendments`. */
    VectorValPtr ReviewLines(double now, k8s::Amendments::Limit limit);

    /** Which cluster a line is about. */
    Contexts& ClusterContexts() { return contexts; }

    /** All claims. */
    k8s::Timeline& Timeline() { return *timeline; }

protected:
    Configuration Configure() override;
    void InitPostScript() override;
    void HookLogInit(const std::string& writer, const std::string& filter, bool local, bool remote,
                     const logging::WriterBackend::WriterInfo& info, int num_fields,
                     const threading::Field* const* fields) override;
    bool HookLogWrite(const std::string& writer, const std::string& filter,
                      const logging::WriterBackend::WriterInfo& info, int num_fields,
                      const threading::Field* const* fields, threading::Value** vals) override;

private:
    void RegisterTelemetry();
    RecordValPtr Answer(const k8s::LineEnd& question);

    k8s::Amendments amendments;
    std::unique_ptr<k8s::Timeline> timeline = std::make_unique<k8s::Timeline>();
    std::unique_ptr<k8s::Cache> cache;
    uint64_t restored_rows = 0;
    uint64_t cache_problems = 0;
    Columns columns;
    FilterWatch filters{columns};
    Contexts contexts;
    Records records;
    std::array<uint64_t, static_cast<size_t>(k8s::Match::unknown) + 1> asked{}; // by match
};

extern Plugin plugin;

} // namespace zeek::plugin::K8s_Timeline
