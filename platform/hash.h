// SPDX-License-Identifier: Apache-2.0
// A hash that tells accidents apart, and withstands nobody.
#ifndef MP_PLATFORM_HASH_H
#define MP_PLATFORM_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MP_HASH_SIZE 16

// Mixes bytes into a hash that began as zeros (FNV-1a, twice).
static inline void mp__hash_into(unsigned char hash[MP_HASH_SIZE],
                                 const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    uint64_t halves[2];

    memcpy(halves, hash, sizeof(halves));
    halves[0] ^= UINT64_C(0xcbf29ce484222325);
    halves[1] ^= UINT64_C(0x9ae16a3b2f90404f);
    for (size_t i = 0; i < size; i++) {
        halves[0] = (halves[0] ^ byte[i]) * UINT64_C(0x100000001b3);
        halves[1] = (halves[1] + byte[i] + 1) * UINT64_C(0x5851f42d4c957f2d);
    }
    memcpy(hash, halves, sizeof(halves));
}

#endif
