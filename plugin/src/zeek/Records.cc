#include "Records.h"

namespace zeek::plugin::K8s_Timeline {

Records::Records(RecordTypePtr record, LabelFilter filter) : type(std::move(record)), labels(std::move(filter)) {
    for ( int i = 0; i < type->NumFields(); ++i ) {
        const auto fact = FactOf(type->FieldName(i));
        if ( fact && type->GetFieldType(i)->Tag() == (IsSet(*fact) ? TYPE_TABLE : TYPE_STRING) )
            fields.emplace_back(i, *fact);
    }
}

RecordValPtr Records::Of(const k8s::Timeline& timeline, const k8s::Timeline::Answer& answer) {
    const auto match = static_cast<size_t>(answer.match);
    if ( ! answer.claim ) {
        if ( ! nobody[match] )
            nobody[match] = Make(Facts(timeline, answer));
        return nobody[match];
    }

    const auto& claim = *answer.claim;
    if ( claim.owner >= owners.size() )
        owners.resize(claim.owner + 1);

    auto& cached = owners[claim.owner];
    const auto stamp = timeline.Stamp(claim.owner);
    if ( cached.stamp != stamp || cached.domain != claim.domain )
        cached = {stamp, claim.domain, {}};

    auto& record = cached.records[match];
    if ( ! record )
        record = Make(Facts(timeline, answer));
    return record;
}

RecordValPtr Records::Make(const Facts& facts) const {
    auto record = make_intrusive<RecordVal>(type);
    for ( const auto& [i, fact] : fields ) {
        if ( ! IsSet(fact) ) {
            if ( const auto text = facts.Text(fact); ! text.empty() )
                record->Assign(i, make_intrusive<StringVal>(text));
            continue;
        }

        auto set = make_intrusive<TableVal>(type->GetFieldType<TableType>(i));
        facts.EachText(fact, labels,
                       [&](std::string_view text, size_t) { set->Assign(make_intrusive<StringVal>(text), nullptr); });
        if ( set->Size() > 0 )
            record->Assign(i, std::move(set));
    }
    return record;
}

} // namespace zeek::plugin::K8s_Timeline
