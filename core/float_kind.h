// SPDX-License-Identifier: Apache-2.0
// What a double is, for all systems: <math.h> has macros for it, which do not
// pass everywhere without a warning.
#ifndef MP_CORE_FLOAT_KIND_H
#define MP_CORE_FLOAT_KIND_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool mp__float_is_nan(double number)
{
    return !(number >= 0 || number < 0);
}

static inline bool mp__float_is_infinite(double number)
{
    return number > DBL_MAX || number < -DBL_MAX;
}

// Also of -0.0.
static inline bool mp__float_has_minus(double number)
{
    uint64_t bits = 0;

    memcpy(&bits, &number, sizeof(bits));
    return bits >> 63 != 0;
}

#endif
