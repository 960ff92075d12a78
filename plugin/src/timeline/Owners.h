#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "Interner.h"
#include "Row.h"
#include "Strings.h"

namespace k8s {

/** The identity of an object. Equal ones are equal numbers. */
struct Uid {
    // The 16 bytes of a UUID in canonical form; else hi is 0, and lo the id of a string.
    uint64_t hi = 0;
    uint64_t lo = 0;

    bool operator==(const Uid&) const = default;
};

/** Writes a UUID in canonical form. */
void WriteUuid(Uid uid, std::array<char, 36>& text) noexcept;

/** Some strings of an owner, in their order. */
class List final {
public:
    List() = default;
    List(const Strings& texts, std::string_view ids) : texts(&texts), ids(ids) {}

    [[nodiscard]] size_t size() const noexcept { return ids.size() / sizeof(uint32_t); }
    std::string_view operator[](size_t i) const noexcept;

private:
    const Strings* texts = nullptr;
    std::string_view ids;
};

/** All about an owner. Valid until the timeline changes. Unset strings are empty. */
struct OwnerView {
    Kind kind;
    std::string_view name_space;
    std::string_view pod;
    std::string_view workload;
    std::string_view node;
    std::string_view service;
    std::string_view service_account;
    std::string_view zone;
    List labels;
    List images;
    List roles;

    k8s::Uid uid;
    std::string_view uid_if_no_uuid;

    /** Valid as long as this view. Written when asked for, as few lines of logs have it. */
    [[nodiscard]] std::string_view Uid() const noexcept {
        if ( uid.hi == 0 )
            return uid_if_no_uuid;
        WriteUuid(uid, uuid);
        return {uuid.data(), uuid.size()};
    }

    // Not for others: see Uid().
    mutable std::array<char, 36> uuid{};
};

/**
 * Keeps each owner once. What the pods of one workload have in common is kept once as well: an owner
 * is 40 bytes and the name of its pod.
 */
class Owners final {
public:
    /** @param texts Where the strings are kept. Has to outlive the owners. */
    explicit Owners(Strings& texts) : texts(texts) {}

    /** Finds or adds an owner, and holds it. If this throws, strings may stay held for ever. */
    uint32_t Acquire(const OwnerRow& row);

    /** Lets go of an owner. */
    void Release(uint32_t id) noexcept;

    /** Finds an identity without holding it; none if no owner has it. */
    [[nodiscard]] std::optional<Uid> Find(std::string_view uid) const noexcept;

    [[nodiscard]] Uid UidOf(uint32_t id) const noexcept { return records.Get(id).uid; }
    [[nodiscard]] uint64_t Identity(uint32_t id) const noexcept;
    [[nodiscard]] uint32_t Stamp(uint32_t id) const noexcept { return records.Stamp(id); }
    [[nodiscard]] OwnerView View(uint32_t id) const noexcept;

    /** Orders two identities by the bytes of their texts. */
    [[nodiscard]] std::strong_ordering Compare(Uid a, Uid b) const noexcept;

private:
    struct Group {
        uint32_t kind;
        uint32_t name_space;
        uint32_t workload;
        uint32_t service;
        uint32_t service_account;
        uint32_t labels;
        uint32_t images;
        uint32_t roles;
    };

    struct Record {
        Uid uid;
        uint32_t pod;
        uint32_t node;
        uint32_t zone;
        uint32_t group;
    };

    uint32_t AcquireGroup(const OwnerRow& row);
    void ReleaseGroup(uint32_t id) noexcept;
    uint32_t AcquireList(const std::vector<std::string_view>& list);
    void ReleaseList(uint32_t id) noexcept;
    void ReleaseStrings(const Record& record) noexcept;
    void ReleaseStrings(const Group& group) noexcept;
    void ReleaseIds(std::string_view ids) noexcept;
    std::string_view Text(Uid uid, std::array<char, 36>& uuid) const noexcept;

    Strings& texts;
    Strings lists; // each one is the ids of its elements, byte by byte
    Interner<Group> groups;
    Interner<Record> records;
    std::vector<uint32_t> element_ids; // only while a list is looked for
};

} // namespace k8s
