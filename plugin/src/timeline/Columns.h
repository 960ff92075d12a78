#pragma once

#include <array>
#include <string_view>

namespace k8s {

/** The columns in the order in which they are written. The order of Reader::Column is the same. */
constexpr std::array<std::string_view, 24> column_names = {"cluster",  "network",  "addr", "subnet",  "port",
                                                           "proto",    "from",     "to",   "ended",   "terminating",
                                                           "revision", "version",  "kind", "uid",     "namespace",
                                                           "pod",      "workload", "node", "service", "service_account",
                                                           "labels",   "images",   "zone", "roles"};

/** Their types, in Zeek's words. */
constexpr std::array<std::string_view, 24> column_types = {"string",      "string",      "addr",   "subnet",
                                                           "count",       "string",      "time",   "time",
                                                           "string",      "time",        "count",  "count",
                                                           "string",      "string",      "string", "string",
                                                           "string",      "string",      "string", "string",
                                                           "set[string]", "set[string]", "string", "set[string]"};

/** The header lines that say how the rest is to be read. There is no other way we would read it. */
constexpr std::array<std::string_view, 4> format_lines = {"#separator \\x09", "#set_separator\t,",
                                                          "#empty_field\t(empty)", "#unset_field\t-"};

} // namespace k8s
