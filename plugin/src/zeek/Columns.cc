#include "Columns.h"

#include <cstring>

#include "Convert.h"

namespace zeek::plugin::K8s_Timeline {

namespace {

void FillText(threading::Value& value, std::string_view text) {
    // A script may have filled it, though ours do not: the answer of the line's own time holds.
    if ( value.present )
        delete[] value.val.string_val.data;

    value.present = true;
    value.val.string_val.data = new char[text.size()]; // Zeek deletes it
    value.val.string_val.length = static_cast<int>(text.size());
    std::memcpy(value.val.string_val.data, text.data(), text.size());
}

// Zeek deletes all of it: the array, its elements and their texts.
void AddText(threading::Value& value, std::string_view text, size_t most) {
    if ( ! value.present ) {
        value.present = true;
        value.val.set_val.size = 0;
        value.val.set_val.vals = new threading::Value*[most];
    }
    auto* element = new threading::Value(TYPE_STRING, false);
    FillText(*element, text);
    value.val.set_val.vals[value.val.set_val.size++] = element;
}

bool Fits(const threading::Field& field, Fact fact) {
    return IsSet(fact) ? field.type == TYPE_TABLE && field.subtype == TYPE_STRING : field.type == TYPE_STRING;
}

} // namespace

const Columns::Plan& Columns::PlanOf(const threading::Field* const* fields, int count) {
    const auto known = plans.find(fields);
    return known != plans.end() ? known->second : plans.emplace(fields, MakePlan(fields, count)).first->second;
}

std::optional<Columns::Sources> Columns::SourcesOf(std::string_view record, const auto& index) const {
    // A notice may be about addresses alone, without a connection.
    for ( const auto& [side, stand_in] : {std::pair(k8s::Side::orig, "src"), {k8s::Side::resp, "dst"}} ) {
        const auto end = std::string(k8s::Name(side));
        const auto own = end + "_k8s";
        if ( record.ends_with(own) ) {
            const auto outer = record.substr(0, record.size() - own.size());
            const auto path = std::string(outer) + end;
            // A uid is that of the line's own connection only.
            const auto of_connection = outer == "id" + separator ? std::optional(side) : std::nullopt;
            return Sources{path + "_h", path + "_p", stand_in, of_connection};
        }
    }

    for ( const auto& [address, own] : hosts )
        if ( record == own && index.contains(address) )
            return Sources{address, {}, {}, {}};

    return std::nullopt;
}

// A separator such as `_` may be a part of the fact's name as well.
std::optional<Columns::Named> Columns::ColumnOf(const std::string& name, const threading::Field& field,
                                                const auto& index) const {
    for ( auto end = separator.empty() ? std::string::npos : name.rfind(separator); end != std::string::npos && end > 0;
          end = name.rfind(separator, end - 1) ) {
        const auto fact = FactOf(std::string_view(name).substr(end + separator.size()));
        if ( ! fact || ! Fits(field, *fact) )
            continue;
        if ( auto sources = SourcesOf(name.substr(0, end), index) )
            return Named{name.substr(0, end), *fact, std::move(*sources)};
    }
    return std::nullopt;
}

Columns::Plan Columns::MakePlan(const threading::Field* const* fields, int count) const {
    std::map<std::string, int, std::less<>> index;
    for ( int i = 0; i < count; ++i ) {
        const auto own = renamed.find(std::string_view(fields[i]->name));
        index.emplace(own == renamed.end() ? fields[i]->name : own->second, i);
    }

    const auto find = [&](const std::string& name, TypeTag type) {
        const auto known = index.find(name);
        return known != index.end() && fields[known->second]->type == type ? known->second : none;
    };

    Plan plan;
    plan.time = find("ts", TYPE_TIME);
    plan.uid = find("uid", TYPE_STRING);
    plan.context = Contexts::Find("id" + separator + "ctx" + separator, index, fields);

    std::map<std::string, Side> sides;
    for ( const auto& [name, i] : index ) {
        const auto column = ColumnOf(name, *fields[i], index);
        if ( ! column )
            continue;

        const auto& [record, fact, sources] = *column;
        const auto address = find(sources.address, TYPE_ADDR);
        if ( address == none )
            continue;

        const Side side{address,
                        find(sources.port, TYPE_PORT),
                        find(sources.stand_in, TYPE_ADDR),
                        sources.of_connection,
                        {}};
        sides.try_emplace(record, side).first->second.columns.push_back({i, fact});
    }

    for ( auto& [record, side] : sides )
        plan.sides.push_back(std::move(side));

    return plan;
}

int64_t Columns::TimeOf(const Plan& plan, threading::Value** values, double now) {
    const bool has_time = plan.time != none && values[plan.time]->present;
    return Micros(has_time ? values[plan.time]->val.double_val : now);
}

bool Columns::FindEnd(const Plan& plan, const Side& side, threading::Value** values, k8s::LineEnd& end) {
    end.uid = {};
    end.port = 0;
    end.proto = k8s::Proto::none;
    if ( ! values[side.address]->present ) {
        if ( side.stand_in == none || ! values[side.stand_in]->present )
            return false;
        end.address = Unpack(values[side.stand_in]->val.addr_val);
        return true;
    }

    end.address = Unpack(values[side.address]->val.addr_val);
    if ( side.port != none && values[side.port]->present ) {
        const auto& port = values[side.port]->val.port_val;
        end.proto = ProtoOf(port.proto);
        if ( end.proto != k8s::Proto::none )
            end.port = static_cast<uint16_t>(port.port);
    }
    if ( side.of_connection && plan.uid != none && values[plan.uid]->present ) {
        const auto& uid = values[plan.uid]->val.string_val;
        end.uid = {uid.data, static_cast<size_t>(uid.length)};
        end.side = *side.of_connection;
    }
    return true;
}

void Columns::FillSide(const Side& side, const Facts& facts, threading::Value** values) const {
    for ( const auto& column : side.columns ) {
        if ( IsSet(column.fact) ) {
            auto& value = *values[column.index];
            if ( ! value.present ) // ours are not filled by scripts
                facts.EachText(column.fact, labels,
                               [&](std::string_view text, size_t most) { AddText(value, text, most); });
        }
        else if ( const auto text = facts.Text(column.fact); ! text.empty() )
            FillText(*values[column.index], text);
    }
}

} // namespace zeek::plugin::K8s_Timeline
