#include "Escape.h"

#include <cstdint>
#include <cstring>

namespace k8s {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

int Digit(char c) noexcept {
    if ( c >= '0' && c <= '9' )
        return c - '0';
    if ( c >= 'a' && c <= 'f' )
        return c - 'a' + 10;
    if ( c >= 'A' && c <= 'F' )
        return c - 'A' + 10;
    return -1;
}

void AppendHex(char c, std::string& out) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', hex[byte >> 4], hex[byte & 0xf]};
}

void Escape(std::string_view text, bool in_set, std::string& out) {
    const bool reserved = text == "-" || text == "(empty)";
    for ( size_t i = 0; i < text.size(); ++i ) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if ( byte < 0x20 || byte == 0x7f || c == '\\' || (in_set && c == ',') || (reserved && i == 0) )
            AppendHex(c, out);
        else
            out += c;
    }
}

// The length of the character that begins here, or 0 if none does.
size_t Character(const unsigned char* at, size_t left) noexcept {
    const unsigned char first = at[0];
    if ( first < 0x80 )
        return 1;

    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if ( first < 0xc2 || first > 0xf4 || length > left )
        return 0;
    for ( size_t i = 1; i < length; ++i )
        if ( (at[i] & 0xc0) != 0x80 )
            return 0;

    // Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte.
    const unsigned char next = at[1];
    if ( (first == 0xe0 && next < 0xa0) || (first == 0xed && next > 0x9f) || (first == 0xf0 && next < 0x90) ||
         (first == 0xf4 && next > 0x8f) )
        return 0;
    return length;
}

} // namespace

bool IsUtf8(std::string_view bytes) noexcept {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    for ( size_t left = bytes.size(); left > 0; ) {
        uint64_t eight;
        if ( left >= sizeof(eight) ) {
            std::memcpy(&eight, at, sizeof(eight));
            if ( (eight & 0x8080808080808080) == 0 ) {
                at += sizeof(eight);
                left -= sizeof(eight);
                continue;
            }
        }
        const auto length = Character(at, left);
        if ( ! length )
            return false;
        at += length;
        left -= length;
    }
    return true;
}

void Unescape(std::string_view cell, std::string& out) {
    while ( ! cell.empty() ) {
        const auto plain = cell.find('\\');
        out += cell.substr(0, plain);
        if ( plain == std::string_view::npos )
            return;

        cell.remove_prefix(plain);
        const int high = cell.size() >= 4 && cell[1] == 'x' ? Digit(cell[2]) : -1;
        const int low = high >= 0 ? Digit(cell[3]) : -1;
        out += low >= 0 ? static_cast<char>(high << 4 | low) : '\\';
        cell.remove_prefix(low >= 0 ? 4 : 1);
    }
}

void EscapeString(std::string_view text, std::string& out) {
    if ( text.empty() )
        out += '-';
    else
        Escape(text, false, out);
}

void EscapeElement(std::string_view text, std::string& out) { Escape(text, true, out); }

std::string_view Shortened(std::string_view text, size_t length) noexcept {
    if ( text.size() <= length )
        return text;
    while ( length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80 )
        --length;
    return text.substr(0, length);
}

} // namespace k8s
