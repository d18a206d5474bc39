// SPDX-License-Identifier: Apache-2.0
#include "core/secret.h"

void mp__wipe(void *bytes, size_t size)
{
    volatile unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        byte[i] = 0;
    }
}

// What is volatile cannot be found out early by a clever compiler.
bool mp__same_secret(const void *one, const void *other, size_t size)
{
    const unsigned char *left = one;
    const unsigned char *right = other;
    volatile unsigned char differs = 0;

    for (size_t i = 0; i < size; i++) {
        differs = (unsigned char) (differs | (left[i] ^ right[i]));
    }
    return differs == 0;
}
