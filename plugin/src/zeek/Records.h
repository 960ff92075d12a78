#pragma once

#include <zeek/Type.h>
#include <zeek/Val.h>
#include <array>
#include <utility>
#include <vector>

#include "Facts.h"

namespace zeek::plugin::K8s_Timeline {

/**
 * Answers as records of type `K8s::Owner`, one for each owner and match, made when first asked for
 * and then shared: a script that asks again gets the same record.
 */
class Records final {
public:
    Records() = default;

    /**
     * @param type The type, with the fields that scripts have added.
     * @param labels Which labels are said.
     */
    Records(RecordTypePtr type, LabelFilter labels);

    /** Returns the record of an answer. */
    RecordValPtr Of(const k8s::Timeline& timeline, const k8s::Timeline::Answer& answer);

private:
    static constexpr size_t matches = static_cast<size_t>(k8s::Match::unknown) + 1;

    struct Cached {
        uint32_t stamp = 0; ///< Of the owner that it was made from.
        uint16_t domain = 0;
        std::array<RecordValPtr, matches> records;
    };

    [[nodiscard]] RecordValPtr Make(const Facts& facts) const;

    RecordTypePtr type;
    LabelFilter labels;
    std::vector<std::pair<int, Fact>> fields;
    std::vector<Cached> owners;               // by the owner's id; as many as there ever were at once
    std::array<RecordValPtr, matches> nobody; // answers that name no owner
};

} // namespace zeek::plugin::K8s_Timeline
