#pragma once

#include <string>

#include "Restorer.h"
#include "Timeline.h"

namespace k8s {

/**
 * Reads a cache file. Of one that is damaged nothing is used; it is renamed, to have `.damaged` at
 * its end.
 *
 * @param timeline Where the rows go.
 * @param path The file. That there is none is no problem.
 */
Restored Restore(Timeline& timeline, const std::string& path);

} // namespace k8s
