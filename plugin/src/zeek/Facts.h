#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "timeline/Escape.h"
#include "timeline/Timeline.h"

namespace zeek::plugin::K8s_Timeline {

/** What can be said of an answer: the fields of `K8s::Owner`. */
enum class Fact : uint8_t {
    kind,
    match,
    name_space,
    pod,
    workload,
    node,
    service,
    cluster,
    network,
    uid,
    service_account,
    zone,
    labels, ///< A set, like the one that follows.
    images,
    roles,
};

/** Finds a fact by the name of its field. */
std::optional<Fact> FactOf(std::string_view field);

/** Whether a fact is a set of strings; otherwise it is one string. */
constexpr bool IsSet(Fact fact) { return fact >= Fact::labels; }

/** Which labels may be said. */
class LabelFilter final {
public:
    LabelFilter() = default;

    /** @param keys The keys of those that may; `*` stands for all. */
    explicit LabelFilter(std::set<std::string, std::less<>> keys) : all(keys.contains("*")), keys(std::move(keys)) {}

    /** @param label As `key=value`. */
    [[nodiscard]] bool Passes(std::string_view label) const {
        return all || keys.contains(label.substr(0, label.find('=')));
    }

private:
    bool all = false;
    std::set<std::string, std::less<>> keys;
};

/** An answer with all that can be said of it. Valid until the timeline changes. */
class Facts final {
public:
    Facts(const k8s::Timeline& timeline, const k8s::Timeline::Answer& answer);

    /** A fact that is one string; empty if unset. */
    [[nodiscard]] std::string_view Text(Fact fact) const;

    /**
     * The strings of a fact that is a set, as many as may be said; nothing if unset.
     *
     * Makes nothing of its own: this is done for each line of each log.
     *
     * @param each Is told each of them, and how many there can be at most.
     */
    void EachText(Fact fact, const LabelFilter& filter, const auto& each) const {
        if ( ! owner )
            return;
        const auto& list = fact == Fact::labels ? owner->labels : fact == Fact::images ? owner->images : owner->roles;
        const auto size = list.size();
        for ( size_t i = 0; i < size; ++i ) {
            const auto text = list[i];
            if ( fact != Fact::labels )
                each(text, size);
            else if ( filter.Passes(text) )
                each(k8s::Shortened(text, longest_label), size);
        }
    }

private:
    static constexpr size_t longest_label = 256; // as `enrich` cuts them

    const k8s::Timeline& timeline;
    k8s::Timeline::Answer answer;
    std::optional<k8s::OwnerView> owner;
};

} // namespace zeek::plugin::K8s_Timeline
