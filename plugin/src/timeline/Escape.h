#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace k8s {

/** Whether bytes are UTF-8 without overlong forms and surrogates. */
bool IsUtf8(std::string_view bytes) noexcept;

/** Cuts text off between two characters, at no more bytes than `length`. */
std::string_view Shortened(std::string_view text, size_t length) noexcept;

/**
 * Turns each `\xNN` into its byte. What is no such escape stays as it is.
 *
 * @param cell The text of a cell, or of an element of a set.
 * @param out Where the bytes are appended; never more than the cell has.
 */
void Unescape(std::string_view cell, std::string& out);

/**
 * Appends a string as Zeek's ASCII writer does; the empty one is unset, `-`.
 *
 * @param text Valid UTF-8.
 * @param out Where the cell goes.
 */
void EscapeString(std::string_view text, std::string& out);

/** As EscapeString(), for an element of a set. */
void EscapeElement(std::string_view text, std::string& out);

} // namespace k8s
