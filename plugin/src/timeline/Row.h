#pragma once

#include <string_view>
#include <vector>

#include "Address.h"
#include "Model.h"

namespace k8s {

/** The object behind an address, as it stands in a row. Unset strings are empty. */
struct OwnerRow {
    Kind kind = Kind::pod;
    std::string_view uid;
    std::string_view name_space;
    std::string_view pod;
    std::string_view workload;
    std::string_view node;
    std::string_view service;
    std::string_view service_account;
    std::string_view zone;
    std::vector<std::string_view> labels;
    std::vector<std::string_view> images;
    std::vector<std::string_view> roles;
};

/** One row: a claim, or a range. Its strings are those of whoever made it. */
struct Row {
    std::string_view cluster;
    std::string_view network;
    uint64_t revision = 0;
    int64_t end = never;
    OwnerRow owner; ///< Of a range, only the kind.

    bool is_range = false;
    Subnet subnet; ///< Of ranges only, as all that follows is of claims only.

    Address address;
    uint16_t port = 0;
    Proto proto = Proto::none;
    int64_t start = 0;
    Ended ended = Ended::unset; ///< Only with an end.
    uint8_t version = 0;        ///< Which of the owner's descriptions, of which each has a claim.
    int64_t terminating = never;
};

} // namespace k8s
