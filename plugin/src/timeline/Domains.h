#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "Address.h"
#include "Index.h"

namespace k8s {

/** Names by small ids. They come from configuration, so they are few, and none is ever forgotten. */
class Names final {
public:
    /** More are refused. */
    static constexpr size_t most = 0xffff;

    /** Finds or adds a name. Throws beyond `most`. */
    uint16_t Id(std::string_view name);

    [[nodiscard]] std::optional<uint16_t> Find(std::string_view name) const noexcept;

    std::string_view operator[](uint16_t id) const noexcept { return names[id]; }

private:
    std::deque<std::string> names;
    Index index;
};

/** Which claims and ranges a question is about. See Timeline::Only(). */
struct Filter {
    std::optional<uint16_t> cluster;
    std::optional<uint16_t> network;
};

/** What is kept about a cluster: the sums that both ends of a feed compare. */
struct Cluster {
    uint64_t digest = 0;
    size_t claims = 0;       ///< Those that have not ended.
    uint32_t generation = 0; ///< What rows are marked with; 0 leaves their marks alone.
};

/** A network of a cluster. Within one, an address has one owner at a time. */
struct Domain {
    uint16_t cluster;
    uint16_t network;

    bool operator==(const Domain&) const = default;
};

/** The clusters and networks that were ever named. */
class Domains final {
public:
    /** Finds or adds a domain. Throws beyond `Names::most`. */
    uint16_t Id(std::string_view cluster, std::string_view network);

    /** Finds a domain without adding it. */
    [[nodiscard]] std::optional<uint16_t> Find(std::string_view cluster, std::string_view network) const noexcept;

    /** Finds or adds the names of a filter. */
    Filter Only(std::optional<std::string_view> cluster, std::optional<std::string_view> network);

    [[nodiscard]] bool Allows(const Filter& filter, uint16_t domain) const noexcept {
        return (! filter.cluster || *filter.cluster == domains[domain].cluster) &&
               (! filter.network || *filter.network == domains[domain].network);
    }

    /** The sums of a cluster; none if it was never named. */
    [[nodiscard]] const Cluster* FindCluster(std::string_view name) const noexcept;

    /** The sums of a cluster, which is added if it has to be. */
    Cluster& AddCluster(std::string_view name);

    [[nodiscard]] Cluster& ClusterOf(uint16_t domain) noexcept { return clusters[domains[domain].cluster]; }
    [[nodiscard]] std::string_view ClusterName(uint16_t domain) const noexcept {
        return cluster_names[domains[domain].cluster];
    }
    [[nodiscard]] std::string_view NetworkName(uint16_t domain) const noexcept {
        return network_names[domains[domain].network];
    }

private:
    [[nodiscard]] std::optional<uint16_t> Find(Domain domain) const noexcept;

    Names cluster_names;
    Names network_names;
    std::deque<Cluster> clusters; // by the ids of their names
    std::vector<Domain> domains;
    Index index;
};

/** The share of one row in the digest of its cluster; `low` is its port and protocol, or the like. */
uint64_t DigestOf(uint64_t revision, const Address& address, uint64_t low) noexcept;

} // namespace k8s
