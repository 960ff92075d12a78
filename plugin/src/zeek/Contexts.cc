#include "Contexts.h"

#include <zeek/Func.h>
#include <zeek/ID.h>
#include <zeek/Reporter.h>
#include <stdexcept>

namespace zeek::plugin::K8s_Timeline {

namespace {

constexpr size_t most = 4096;

bool IsText(TypeTag type) { return type == TYPE_STRING || type == TYPE_ENUM; }

bool IsPlain(TypeTag type) {
    switch ( type ) {
        case TYPE_BOOL:
        case TYPE_INT:
        case TYPE_COUNT:
        case TYPE_DOUBLE:
        case TYPE_TIME:
        case TYPE_INTERVAL:
        case TYPE_PORT:
        case TYPE_ADDR:
        case TYPE_SUBNET: return true;
        default: return false;
    }
}

void AppendTo(std::string& key, const threading::Value& value) {
    key += value.present ? 'y' : 'n';
    if ( ! value.present )
        return;
    if ( ! IsText(value.type) ) {
        key.append(reinterpret_cast<const char*>(&value.val), sizeof(value.val)); // Zeek clears what is not used
        return;
    }
    const auto length = value.val.string_val.length;
    key.append(reinterpret_cast<const char*>(&length), sizeof(length));
    key.append(value.val.string_val.data, static_cast<size_t>(length));
}

} // namespace

Contexts::Fields Contexts::Find(const std::string& prefix, const std::map<std::string, int, std::less<>>& columns,
                                const threading::Field* const* fields) {
    static const auto type = id::find_type<RecordType>("conn_id_ctx");
    Fields found;
    for ( auto at = columns.lower_bound(prefix); at != columns.end() && at->first.starts_with(prefix); ++at ) {
        const auto offset = type->FieldOffset(at->first.c_str() + prefix.size());
        const auto tag = fields[at->second]->type;
        if ( offset >= 0 && (IsPlain(tag) || IsText(tag)) && type->GetFieldType(offset)->Tag() == tag )
            found.push_back({at->second, offset});
    }
    return found;
}

const k8s::Filter& Contexts::Of(k8s::Timeline& timeline, const Fields& fields, const threading::Value* const* values) {
    if ( fields.empty() )
        return OfNone(timeline);

    key.clear();
    for ( const auto& field : fields )
        AppendTo(key, *values[field.column]);
    if ( const auto found = known.find(key); found != known.end() )
        return found->second;

    // The script may write lines itself, so that this is called again from within.
    const auto own_key = key;
    last = Ask(timeline, fields, values);
    if ( known.size() < most )
        known.emplace(own_key, last);
    else
        ++not_kept;
    return last;
}

const k8s::Filter& Contexts::OfNone(k8s::Timeline& timeline) {
    if ( ! none )
        none = Ask(timeline, {}, nullptr);
    return *none;
}

k8s::Filter Contexts::Ask(k8s::Timeline& timeline, const Fields& fields, const threading::Value* const* values) {
    const auto& hook = id::find("K8s::cluster_of"); // not there with the plugin alone
    if ( ! hook || ! hook->HasVal() )
        return {};

    auto context = make_intrusive<RecordVal>(id::find_type<RecordType>("conn_id_ctx"));
    for ( const auto& field : fields ) {
        bool failed = false;
        if ( values[field.column]->present )
            if ( auto* value = threading::Value::ValueToVal("K8s::Timeline", values[field.column], failed) )
                context->Assign(field.offset, ValPtr{AdoptRef{}, value});
    }

    auto domain = make_intrusive<RecordVal>(id::find_type<RecordType>("K8s::Domain"));
    hook->GetVal()->AsFunc()->Invoke(context, domain);
    return FilterOf(timeline, *domain);
}

k8s::Filter Contexts::FilterOf(k8s::Timeline& timeline, const RecordVal& domain) {
    const auto name = [&](const char* field) -> std::optional<std::string_view> {
        const auto& value = domain.GetField(field);
        return value ? std::optional(value->AsStringVal()->ToStdStringView()) : std::nullopt;
    };
    try {
        return timeline.Only(name("cluster"), name("network"));
    } catch ( const std::length_error& error ) {
        reporter->Warning("K8s::Domain: %s", error.what());
        return {};
    }
}

void Contexts::Forget() {
    none.reset();
    known.clear();
}

} // namespace zeek::plugin::K8s_Timeline
