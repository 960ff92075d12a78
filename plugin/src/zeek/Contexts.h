#pragma once

#include <zeek/Val.h>
#include <zeek/threading/SerialTypes.h>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "timeline/Timeline.h"

namespace zeek::plugin::K8s_Timeline {

/**
 * Which cluster and network a connection was seen in, by its context (`conn_id$ctx`), as the hook
 * `K8s::cluster_of` says. A site has few different contexts, so each is asked about once.
 */
class Contexts final {
public:
    /** A column with a part of the context, and that part's place in a `conn_id_ctx`. */
    struct Field {
        int column;
        int offset;
    };
    using Fields = std::vector<Field>;

    /**
     * Finds the columns of a log that make up the context.
     *
     * @param prefix What their names begin with.
     * @param columns From the names of columns to their places.
     * @param fields The columns.
     */
    static Fields Find(const std::string& prefix, const std::map<std::string, int, std::less<>>& columns,
                       const threading::Field* const* fields);

    /** Which claims a line is to be asked about. */
    const k8s::Filter& Of(k8s::Timeline& timeline, const Fields& fields, const threading::Value* const* values);

    /** The same where nothing is known of the context. */
    const k8s::Filter& OfNone(k8s::Timeline& timeline);

    /** A filter as a script says it, as a `K8s::Domain`. */
    static k8s::Filter FilterOf(k8s::Timeline& timeline, const RecordVal& domain);

    /** Forgets all answers: the next ones may be others. */
    void Forget();

    /** How many lines the script was asked about because there were too many contexts to keep. */
    [[nodiscard]] uint64_t NotKept() const { return not_kept; }

private:
    static k8s::Filter Ask(k8s::Timeline& timeline, const Fields& fields, const threading::Value* const* values);

    std::optional<k8s::Filter> none;
    std::unordered_map<std::string, k8s::Filter> known;
    std::string key; // of the line; kept for its memory
    k8s::Filter last;
    uint64_t not_kept = 0;
};

} // namespace zeek::plugin::K8s_Timeline
