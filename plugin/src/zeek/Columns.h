#pragma once

#include <zeek/threading/SerialTypes.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "Facts.h"

namespace zeek::plugin::K8s_Timeline {

/** An address, port and protocol in a log line, as the timeline is asked about them. */
struct Endpoint {
    k8s::Address address;
    uint16_t port = 0;
    k8s::Proto proto = k8s::Proto::none;
};

/**
 * Finds the columns of a log by their names and fills them.
 *
 * The names are looked at once for each writer; filling a line costs one question for each end and
 * a copy of each string that is set.
 */
class Columns final {
public:
    /** From the name of a column with an address to the name of the record that is filled. */
    using Hosts = std::map<std::string, std::string, std::less<>>;

    /** From what columns are called in logs to their own names, where that is not the same. */
    using Renamed = std::map<std::string, std::string, std::less<>>;

    Columns() = default;

    /**
     * @param separator What stands between the names of a record and of its field.
     * @param hosts Columns with an address outside of an `id`.
     * @param renamed Columns that a site calls otherwise.
     * @param labels Which labels are logged.
     */
    Columns(std::string separator, Hosts hosts, Renamed renamed, LabelFilter labels)
        : separator(std::move(separator)),
          hosts(std::move(hosts)),
          renamed(std::move(renamed)),
          labels(std::move(labels)) {}

    /** Forgets what is known of writers: a new one may have the place of an old one. */
    void Reset() { plans.clear(); }

    /**
     * Fills the columns of a line.
     *
     * @param timeline Who is asked.
     * @param fields The columns of the log.
     * @param count How many they are.
     * @param values The line.
     * @param now The time to ask about if the line has none.
     * @param asked Is told each answer.
     */
    template<class Asked>
    void Fill(const k8s::Timeline& timeline, const threading::Field* const* fields, int count,
              threading::Value** values, double now, const Asked& asked) {
        const auto& plan = PlanOf(fields, count);
        if ( plan.sides.empty() )
            return;

        const auto time = TimeOf(plan, values, now);
        for ( const auto& side : plan.sides ) {
            const auto endpoint = EndpointOf(side, values);
            if ( ! endpoint )
                continue;

            const auto answer = timeline.Owner(endpoint->address, time, endpoint->port, endpoint->proto);
            asked(answer.match);
            if ( answer.match != k8s::Match::nothing )
                FillSide(side, Facts(timeline, answer), values);
        }
    }

private:
    static constexpr int none = -1;

    struct Column {
        int index;
        Fact fact;
    };

    struct Side {
        int address;
        int port;
        int stand_in; ///< The address to ask about where the other one is unset.
        std::vector<Column> columns;
    };

    /** The names of the columns that a side is found by. */
    struct Sources {
        std::string address;
        std::string port;
        std::string stand_in;
    };

    struct Plan {
        int time = none;
        std::vector<Side> sides;
    };

    const Plan& PlanOf(const threading::Field* const* fields, int count);
    Plan MakePlan(const threading::Field* const* fields, int count) const;
    std::optional<Sources> SourcesOf(std::string_view record, const auto& index) const;
    static int64_t TimeOf(const Plan& plan, threading::Value** values, double now);
    static std::optional<Endpoint> EndpointOf(const Side& side, threading::Value** values);
    void FillSide(const Side& side, const Facts& facts, threading::Value** values) const;

    std::string separator = ".";
    Hosts hosts;
    Renamed renamed;
    LabelFilter labels;
    std::unordered_map<const threading::Field* const*, Plan> plans;
};

} // namespace zeek::plugin::K8s_Timeline
