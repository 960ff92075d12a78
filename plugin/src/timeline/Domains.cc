#include "Domains.h"

#include <stdexcept>

namespace k8s {

namespace {

// The finaliser of splitmix64 (Steele, Lea, Flood: OOPSLA 2014).
constexpr uint64_t Mix(uint64_t z) noexcept {
    z += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

} // namespace

uint16_t Names::Id(std::string_view name) {
    if ( const auto known = Find(name) )
        return *known;
    if ( names.size() == most )
        throw std::length_error("too many clusters or networks");

    const auto hash = HashBytes(name);
    index.Reserve();
    names.emplace_back(name);
    const auto id = static_cast<uint16_t>(names.size() - 1);
    index.Insert(hash, id);
    return id;
}

std::optional<uint16_t> Names::Find(std::string_view name) const noexcept {
    const auto id = index.Find(HashBytes(name), [&](uint32_t i) { return names[i] == name; });
    return id == no_id ? std::nullopt : std::optional(static_cast<uint16_t>(id));
}

uint16_t Domains::Id(std::string_view cluster, std::string_view network) {
    if ( const auto known = Find(cluster, network) )
        return *known;
    if ( domains.size() == Names::most )
        throw std::length_error("too many clusters or networks");

    AddCluster(cluster);
    const Domain domain{cluster_names.Id(cluster), network_names.Id(network)};
    const auto hash = HashNumbers(domain.cluster, domain.network, 0);
    index.Reserve();
    domains.push_back(domain);
    const auto id = static_cast<uint16_t>(domains.size() - 1);
    index.Insert(hash, id);
    return id;
}

std::optional<uint16_t> Domains::Find(std::string_view cluster, std::string_view network) const noexcept {
    const auto cluster_id = cluster_names.Find(cluster);
    const auto network_id = network_names.Find(network);
    return cluster_id && network_id ? Find({*cluster_id, *network_id}) : std::nullopt;
}

std::optional<uint16_t> Domains::Find(Domain domain) const noexcept {
    const auto hash = HashNumbers(domain.cluster, domain.network, 0);
    const auto id = index.Find(hash, [&](uint32_t i) { return domains[i] == domain; });
    return id == no_id ? std::nullopt : std::optional(static_cast<uint16_t>(id));
}

Filter Domains::Only(std::optional<std::string_view> cluster, std::optional<std::string_view> network) {
    Filter filter;
    if ( cluster )
        filter.cluster = cluster_names.Id(*cluster);
    if ( network )
        filter.network = network_names.Id(*network);
    return filter;
}

const Cluster* Domains::FindCluster(std::string_view name) const noexcept {
    const auto id = cluster_names.Find(name);
    return id && *id < clusters.size() ? &clusters[*id] : nullptr;
}

Cluster& Domains::AddCluster(std::string_view name) {
    const auto id = cluster_names.Id(name);
    while ( clusters.size() <= id ) // a filter may have named some
        clusters.emplace_back();
    return clusters[id];
}

uint64_t DigestOf(uint64_t revision, const Address& address, uint64_t low) noexcept {
    return Mix(Mix(Mix(Mix(revision) ^ address.lo) ^ address.hi) ^ low);
}

} // namespace k8s
