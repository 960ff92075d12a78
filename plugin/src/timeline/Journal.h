#pragma once

#include <optional>
#include <string>

#include "Timeline.h"

namespace k8s {

/**
 * Loads a journal file into a timeline, piece by piece, so that a large one costs no more memory
 * than its claims.
 *
 * @param timeline Where the rows go.
 * @param path The file.
 * @return What became of it, or nothing if the file cannot be read.
 */
std::optional<Timeline::Loaded> LoadJournal(Timeline& timeline, const std::string& path);

} // namespace k8s
