#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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

    /** A fact that is a set of strings; empty if unset. */
    [[nodiscard]] std::vector<std::string_view> Texts(Fact fact, const LabelFilter& filter) const;

private:
    const k8s::Timeline& timeline;
    k8s::Timeline::Answer answer;
    std::optional<k8s::OwnerView> owner;
};

} // namespace zeek::plugin::K8s_Timeline
