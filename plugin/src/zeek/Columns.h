#pragma once

#include <zeek/threading/SerialTypes.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "Contexts.h"
#include "Facts.h"
#include "timeline/Amendments.h"

namespace zeek::plugin::K8s_Timeline {

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
    void Reset() {
        plans.clear();
        ++resets;
    }

    /**
     * Fills the columns of a line.
     *
     * @param timeline Who is asked.
     * @param contexts Tells which cluster a line is about.
     * @param fields The columns of the log.
     * @param count How many they are.
     * @param values The line.
     * @param now The time to ask about if the line has none.
     * @param asked Is told each question and its answer. The question has a uid if it is about an
     * end of the connection that the line is about.
     */
    template<class Asked>
    void Fill(k8s::Timeline& timeline, Contexts& contexts, const threading::Field* const* fields, int count,
              threading::Value** values, double now, const Asked& asked) {
        const auto* plan = &PlanOf(fields, count);
        if ( plan->sides.empty() )
            return;

        k8s::LineEnd end;
        end.time = TimeOf(*plan, values, now);
        const auto before = resets;
        end.filter = contexts.Of(timeline, plan->context, values);
        if ( resets != before ) // a script ran, and wrote to a new log
            plan = &PlanOf(fields, count);
        for ( const auto& side : plan->sides ) {
            if ( ! FindEnd(*plan, side, values, end) )
                continue;

            const auto answer = timeline.Owner(end.address, end.time, end.port, end.proto, end.filter);
            asked(end, answer);
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
        int stand_in;                           ///< The address to ask about where the other one is unset.
        std::optional<k8s::Side> of_connection; ///< Which end of the line's `id` it is.
        std::vector<Column> columns;
    };

    /** The names of the columns that a side is found by. */
    struct Sources {
        std::string address;
        std::string port;
        std::string stand_in;
        std::optional<k8s::Side> of_connection;
    };

    /** What the name of a column says. */
    struct Named {
        std::string record; ///< The one that it is a field of.
        Fact fact;
        Sources sources;
    };

    struct Plan {
        int time = none;
        int uid = none;
        Contexts::Fields context;
        std::vector<Side> sides;
    };

    const Plan& PlanOf(const threading::Field* const* fields, int count);
    Plan MakePlan(const threading::Field* const* fields, int count) const;
    std::optional<Sources> SourcesOf(std::string_view record, const auto& index) const;
    std::optional<Named> ColumnOf(const std::string& name, const threading::Field& field, const auto& index) const;
    static int64_t TimeOf(const Plan& plan, threading::Value** values, double now);
    static bool FindEnd(const Plan& plan, const Side& side, threading::Value** values, k8s::LineEnd& end);
    void FillSide(const Side& side, const Facts& facts, threading::Value** values) const;

    std::string separator = ".";
    Hosts hosts;
    Renamed renamed;
    LabelFilter labels;
    size_t resets = 0;
    std::unordered_map<const threading::Field* const*, Plan> plans;
};

} // namespace zeek::plugin::K8s_Timeline
