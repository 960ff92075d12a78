#include "Owners.h"

#include <cstring>

namespace k8s {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

constexpr bool IsDash(size_t i) noexcept { return i == 8 || i == 13 || i == 18 || i == 23; }

// Only the canonical form, lower case: the text has to come back as it was.
std::optional<Uid> ParseUuid(std::string_view text) noexcept {
    if ( text.size() != 36 )
        return {};

    uint64_t halves[2] = {0, 0};
    size_t digits = 0;
    for ( size_t i = 0; i < text.size(); ++i ) {
        if ( IsDash(i) ) {
            if ( text[i] != '-' )
                return {};
            continue;
        }
        const auto digit = hex.find(text[i]);
        if ( digit == std::string_view::npos )
            return {};
        auto& half = halves[digits++ / 16];
        half = half << 4 | digit;
    }
    if ( halves[0] == 0 )
        return {}; // the mark of a string
    return Uid{halves[0], halves[1]};
}

} // namespace

void WriteUuid(Uid uid, std::array<char, 36>& text) noexcept {
    size_t at = 0;
    for ( const auto half : {uid.hi, uid.lo} )
        for ( int shift = 56; shift >= 0; shift -= 8 ) {
            const auto byte = half >> shift & 0xff;
            if ( IsDash(at) )
                text[at++] = '-';
            text[at++] = hex[byte >> 4];
            text[at++] = hex[byte & 0xf];
        }
}

std::string_view List::operator[](size_t i) const noexcept {
    uint32_t id;
    std::memcpy(&id, ids.data() + i * sizeof(id), sizeof(id));
    return texts->View(id);
}

uint32_t Owners::Acquire(const OwnerRow& row) {
    const auto uuid = ParseUuid(row.uid);
    Record record{uuid ? *uuid : Uid{0, texts.Acquire(row.uid)}, texts.Acquire(row.pod), texts.Acquire(row.node),
                  texts.Acquire(row.zone), AcquireGroup(row)};
    const auto acquired = records.Acquire(record);
    if ( ! acquired.is_new )
        ReleaseStrings(record);
    return acquired.id;
}

void Owners::Release(uint32_t id) noexcept {
    if ( records.Release(id) )
        ReleaseStrings(records.Get(id));
}

void Owners::ReleaseStrings(const Record& record) noexcept {
    if ( record.uid.hi == 0 )
        texts.Release(static_cast<uint32_t>(record.uid.lo));
    texts.Release(record.pod);
    texts.Release(record.node);
    texts.Release(record.zone);
    ReleaseGroup(record.group);
}

uint32_t Owners::AcquireGroup(const OwnerRow& row) {
    const Group group{static_cast<uint32_t>(row.kind),
                      texts.Acquire(row.name_space),
                      texts.Acquire(row.workload),
                      texts.Acquire(row.service),
                      texts.Acquire(row.service_account),
                      AcquireList(row.labels),
                      AcquireList(row.images),
                      AcquireList(row.roles)};
    const auto acquired = groups.Acquire(group);
    if ( ! acquired.is_new )
        ReleaseStrings(group);
    return acquired.id;
}

void Owners::ReleaseGroup(uint32_t id) noexcept {
    if ( groups.Release(id) )
        ReleaseStrings(groups.Get(id));
}

void Owners::ReleaseStrings(const Group& group) noexcept {
    for ( const auto id : {group.name_space, group.workload, group.service, group.service_account} )
        texts.Release(id);
    for ( const auto id : {group.labels, group.images, group.roles} )
        ReleaseList(id);
}

uint32_t Owners::AcquireList(const std::vector<std::string_view>& list) {
    element_ids.clear();
    for ( const auto& text : list )
        element_ids.push_back(texts.Acquire(text));

    const std::string_view ids{reinterpret_cast<const char*>(element_ids.data()),
                               element_ids.size() * sizeof(uint32_t)};
    const auto id = lists.Acquire(ids);
    if ( lists.Holders(id) > 1 )
        ReleaseIds(ids); // the list is there and holds its elements already
    return id;
}

void Owners::ReleaseList(uint32_t id) noexcept {
    if ( id && lists.Holders(id) == 1 )
        ReleaseIds(lists.View(id));
    lists.Release(id);
}

void Owners::ReleaseIds(std::string_view ids) noexcept {
    for ( size_t i = 0; i < ids.size(); i += sizeof(uint32_t) ) {
        uint32_t id;
        std::memcpy(&id, ids.data() + i, sizeof(id));
        texts.Release(id);
    }
}

uint64_t Owners::Identity(uint32_t id) const noexcept {
    const auto [hi, lo] = UidOf(id);
    const auto hash = hi ? LongHashNumbers(hi, lo, 0) : LongHashBytes(texts.View(static_cast<uint32_t>(lo)));
    return hash ? hash : 1;
}

std::optional<Uid> Owners::Find(std::string_view uid) const noexcept {
    if ( const auto uuid = ParseUuid(uid) )
        return uuid;
    if ( const auto id = texts.Find(uid) )
        return Uid{0, *id};
    return {};
}

std::strong_ordering Owners::Compare(Uid a, Uid b) const noexcept {
    if ( a.hi && b.hi ) // the order of the digits is that of the numbers
        return a.hi != b.hi ? a.hi <=> b.hi : a.lo <=> b.lo;

    std::array<char, 36> a_uuid;
    std::array<char, 36> b_uuid;
    return Text(a, a_uuid) <=> Text(b, b_uuid);
}

std::string_view Owners::Text(Uid uid, std::array<char, 36>& uuid) const noexcept {
    if ( uid.hi == 0 )
        return texts.View(static_cast<uint32_t>(uid.lo));

    WriteUuid(uid, uuid);
    return {uuid.data(), uuid.size()};
}

OwnerView Owners::View(uint32_t id) const noexcept {
    const auto& record = records.Get(id);
    const auto& group = groups.Get(record.group);
    const auto list = [this](uint32_t list_id) { return List(texts, lists.View(list_id)); };
    const auto uid = record.uid;
    return {static_cast<Kind>(group.kind),
            texts.View(group.name_space),
            texts.View(record.pod),
            texts.View(group.workload),
            texts.View(record.node),
            texts.View(group.service),
            texts.View(group.service_account),
            texts.View(record.zone),
            list(group.labels),
            list(group.images),
            list(group.roles),
            uid,
            uid.hi ? std::string_view() : texts.View(static_cast<uint32_t>(uid.lo))};
}

} // namespace k8s
