// SPDX-License-Identifier: Apache-2.0
#include "core/utf8.h"

#include <stdint.h>
#include <string.h>

#define NO_CHARACTER 0
#define LARGEST 0x10FFFF

// The number of bytes that a character of this first byte has, and the smallest
// one that needs so many.
static size_t length_of(unsigned char first, uint32_t *least)
{
    if (first < 0x80) {
        *least = 0;
        return 1;
    }
    if (first >= 0xC0 && first < 0xE0) {
        *least = 0x80;
        return 2;
    }
    if (first >= 0xE0 && first < 0xF0) {
        *least = 0x800;
        return 3;
    }
    *least = 0x10000;
    return first >= 0xF0 && first < 0xF8 ? 4 : NO_CHARACTER;
}

// The length of the character at `bytes`, or NO_CHARACTER.
static size_t character(const unsigned char *bytes, size_t size, bool halves)
{
    uint32_t least = 0;
    size_t length = length_of(bytes[0], &least);

    if (length <= 1 || length > size) {
        return length == 1 ? 1 : NO_CHARACTER;
    }
    uint32_t value = bytes[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return NO_CHARACTER;
        }
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    bool half = value >= 0xD800 && value <= 0xDFFF;
    return value < least || value > LARGEST || (half && !halves) ? NO_CHARACTER
                                                                 : length;
}

// How many of the next bytes are ASCII, eight at a time.
static size_t skip_ascii(const unsigned char *bytes, size_t size)
{
    size_t skipped = 0;
    uint64_t eight = 0;

    for (; skipped + sizeof(eight) <= size; skipped += sizeof(eight)) {
        memcpy(&eight, bytes + skipped, sizeof(eight));
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    return skipped;
}

// Whether it is at most 16 bytes of ASCII, as most keys are: what is read for
// its end may overlap with what is read for its beginning.
static bool is_short_ascii(const unsigned char *bytes, size_t size)
{
    uint64_t first = 0;
    uint64_t last = 0;

    if (size > 16) {
        return false;
    }
    if (size >= 8) {
        memcpy(&first, bytes, 8);
        memcpy(&last, bytes + size - 8, 8);
    } else if (size >= 4) {
        memcpy(&first, bytes, 4);
        memcpy(&last, bytes + size - 4, 4);
    } else if (size > 0) {
        first = bytes[0] | bytes[size / 2];
        last = bytes[size - 1];
    }
    return ((first | last) & UINT64_C(0x8080808080808080)) == 0;
}

static bool is_utf8(const void *bytes, size_t size, bool halves)
{
    const unsigned char *at = bytes;

    if (is_short_ascii(at, size)) {
        return true;
    }
    while (size > 0) {
        size_t length = skip_ascii(at, size);
        if (length == 0) {
            length = character(at, size, halves);
        }
        if (length == NO_CHARACTER) {
            return false;
        }
        at += length;
        size -= length;
    }
    return true;
}

bool mp__utf8_is_valid(const void *bytes, size_t size)
{
    return is_utf8(bytes, size, false);
}

bool mp__utf8_is_text(const void *bytes, size_t size)
{
    return is_utf8(bytes, size, true);
}
