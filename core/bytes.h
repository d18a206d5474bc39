// SPDX-License-Identifier: Apache-2.0
// Numbers as bytes: little end first, but where their names say so.
#ifndef MP_CORE_BYTES_H
#define MP_CORE_BYTES_H

#include <stdint.h>

static inline void mp__put32(unsigned char *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char) (number >> (8 * i));
    }
}

static inline uint32_t mp__get32(const unsigned char *bytes)
{
    uint32_t number = 0;
    for (int i = 3; i >= 0; i--) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static inline void mp__put64(unsigned char *bytes, uint64_t number)
{
    mp__put32(bytes, (uint32_t) number);
    mp__put32(bytes + 4, (uint32_t) (number >> 32));
}

static inline uint64_t mp__get64(const unsigned char *bytes)
{
    return mp__get32(bytes) | (uint64_t) mp__get32(bytes + 4) << 32;
}

// Of a message's header: `count` bytes, big end first.
static inline uint64_t mp__get_big(const unsigned char *bytes, int count)
{
    uint64_t number = 0;

    for (int i = 0; i < count; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

#endif
