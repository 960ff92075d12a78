#pragma once

#include "../Timeline.h"

namespace k8s {

/**
 * Counts the owners that are there, which many claims share.
 *
 * @param ids Looks at the ids below that. As they are used again, more than there ever were at a time
 * are never given.
 */
inline size_t OwnerCount(const Timeline& timeline, uint32_t ids) {
    size_t count = 0;
    for ( uint32_t id = 0; id < ids; ++id )
        count += timeline.Stamp(id) != 0;
    return count;
}

} // namespace k8s
