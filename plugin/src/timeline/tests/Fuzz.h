#pragma once

// What the fuzzers share.

#include <cstdlib>
#include <string>

#include "../Timeline.h"

namespace k8s {

inline void Check(bool holds) {
    if ( ! holds )
        std::abort();
}

/** Reads all of an answer, so that the sanitizers see a string that is not there any more. */
inline void Touch(const Timeline& timeline, const Timeline::Answer& answer) {
    if ( ! answer.claim )
        return;
    std::string row;
    timeline.Write(*answer.claim, row);
    Check(! row.empty() && timeline.Stamp(answer.claim->owner) != 0);
}

/** Fills a timeline with the journal of another one: both hold the same then. */
inline void Copy(const Timeline& timeline, Timeline& again) {
    std::string journal;
    timeline.Write(journal);
    const auto loaded = again.Load(journal);
    Check(loaded.bad == 0 && loaded.applied == timeline.Total() && again.Total() == timeline.Total());
    for ( const auto* cluster : {"c1", "c2"} )
        Check(again.Digest(cluster) == timeline.Digest(cluster) && again.Claims(cluster) == timeline.Claims(cluster));

    std::string second;
    again.Write(second);
    Check(journal.size() == second.size());
}

} // namespace k8s
