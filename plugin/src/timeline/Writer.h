#pragma once

#include <string>
#include <string_view>

#include "Address.h"
#include "Model.h"
#include "Owners.h"
#include "Ranges.h"

namespace k8s {

struct Claim;

/** Appends what a journal begins with. */
void WriteHeader(std::string& out);

/** Appends a claim as one row, newline included. */
void WriteClaim(const Claim& claim, std::string_view cluster, std::string_view network, const OwnerView& owner,
                std::string& out);

/** Appends a range as one row, newline included. */
void WriteRange(const Range& range, std::string_view cluster, std::string_view network, std::string& out);

} // namespace k8s
