// SPDX-License-Identifier: Apache-2.0
#ifndef MP_CORE_UTF8_H
#define MP_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Whether these bytes are UTF-8 as Python decodes it: the shortest form of each
// character, and no halves of UTF-16 pairs.
bool mp__utf8_is_valid(const void *bytes, size_t size);

// The same with such halves, each in three bytes, as a str of Python's may have
// them.
bool mp__utf8_is_text(const void *bytes, size_t size);

// Whether it is at most 16 bytes of ASCII, as most keys are: what is read for
// its end may overlap with what is read for its beginning.
static inline bool mp__utf8_is_short_ascii(const void *text, size_t size)
{
    const unsigned char *bytes = text;
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

#endif
