#pragma once

namespace k8s {

/** Memory is had in chunks. What is built for the fuzzers has small ones, so that their edges are near. */
#ifdef K8S_SMALL_CHUNKS
constexpr bool small_chunks = true;
#else
constexpr bool small_chunks = false;
#endif

} // namespace k8s
