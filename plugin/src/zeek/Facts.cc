#include "Facts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace zeek::plugin::K8s_Timeline {

namespace {

constexpr std::array<std::pair<std::string_view, Fact>, 15> names = {{
    {"kind", Fact::kind},
    {"match", Fact::match},
    {"namespace", Fact::name_space},
    {"pod", Fact::pod},
    {"workload", Fact::workload},
    {"node", Fact::node},
    {"service", Fact::service},
    {"cluster", Fact::cluster},
    {"network", Fact::network},
    {"uid", Fact::uid},
    {"service_account", Fact::service_account},
    {"zone", Fact::zone},
    {"labels", Fact::labels},
    {"images", Fact::images},
    {"roles", Fact::roles},
}};

} // namespace

std::optional<Fact> FactOf(std::string_view field) {
    const auto* known = std::ranges::find(names, field, &std::pair<std::string_view, Fact>::first);
    return known == names.end() ? std::nullopt : std::optional(known->second);
}

Facts::Facts(const k8s::Timeline& timeline, const k8s::Timeline::Answer& answer) : timeline(timeline), answer(answer) {
    if ( answer.claim )
        owner = timeline.Describe(answer.claim->owner);
}

std::string_view Facts::Text(Fact fact) const {
    if ( fact == Fact::match )
        return answer.match == k8s::Match::nothing ? std::string_view() : k8s::Name(answer.match);

    if ( ! owner )
        return {};

    switch ( fact ) {
        case Fact::kind: return k8s::Name(owner->kind);
        case Fact::name_space: return owner->name_space;
        case Fact::pod: return owner->pod;
        case Fact::workload: return owner->workload;
        case Fact::node: return owner->node;
        case Fact::service: return owner->service;
        case Fact::cluster: return timeline.ClusterName(answer.claim->domain);
        case Fact::network: return timeline.NetworkName(answer.claim->domain);
        case Fact::uid: return owner->Uid();
        case Fact::service_account: return owner->service_account;
        case Fact::zone: return owner->zone;
        case Fact::match:
        case Fact::labels:
        case Fact::images:
        case Fact::roles: break;
    }
    return {};
}

} // namespace zeek::plugin::K8s_Timeline
