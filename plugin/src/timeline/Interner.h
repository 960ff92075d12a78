#pragma once

#include <cstring>
#include <string_view>
#include <type_traits>

#include "Slab.h"

namespace k8s {

/**
 * Keeps equal records once and counts who holds them.
 *
 * Counts, not a periodic sweep: they cost four bytes and are exact, so that memory is flat under
 * churn without any pause in which everything would be looked at.
 */
template<class Key>
class Interner final {
    // Keys are compared byte by byte.
    static_assert(std::has_unique_object_representations_v<Key>);

public:
    struct Acquired {
        uint32_t id;
        bool is_new; ///< The key was not known: what it refers to is held by it from now on.
    };

    /** Finds or adds a record, and holds it. */
    Acquired Acquire(const Key& key) {
        const auto hash = Hash(key);
        const auto known = index.Find(hash, [&](uint32_t id) { return Equal(records[id].key, key); });
        if ( known != no_id ) {
            ++records[known].refs;
            return {known, false};
        }

        index.Reserve();
        const auto id = records.Add({key, 1, ++stamps});
        index.Insert(hash, id);
        return {id, true};
    }

    /**
     * Lets go of a record.
     *
     * @return Whether it is gone: what it referred to is to be let go as well. Its key can still be
     * read until the next Acquire().
     */
    bool Release(uint32_t id) noexcept {
        auto& record = records[id];
        if ( --record.refs )
            return false;

        index.Erase(Hash(record.key), id);
        record.stamp = 0;
        records.Free(id);
        return true;
    }

    [[nodiscard]] const Key& Get(uint32_t id) const noexcept { return records[id].key; }

    /** Tells apart the records that had one id over time. */
    [[nodiscard]] uint32_t Stamp(uint32_t id) const noexcept { return id < records.End() ? records[id].stamp : 0; }

private:
    struct Record {
        Key key;
        uint32_t refs;
        uint32_t stamp;
    };

    static uint32_t Hash(const Key& key) noexcept {
        return HashBytes({reinterpret_cast<const char*>(&key), sizeof(key)});
    }

    static bool Equal(const Key& a, const Key& b) noexcept { return std::memcmp(&a, &b, sizeof(Key)) == 0; }

    Slab<Record, &Record::refs> records;
    Index index;
    uint32_t stamps = 0;
};

} // namespace k8s
