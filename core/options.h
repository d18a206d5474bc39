// SPDX-License-Identifier: Apache-2.0
// Options that cross the ABI with their size.
#ifndef MP_CORE_OPTIONS_H
#define MP_CORE_OPTIONS_H

#include <stddef.h>

// Options of a caller that was compiled with another version of the struct:
// what it does not know is zero, what we do not know must be, or MP_ENOTSUP.
// NULL gives all zero, the defaults.
int mp__options_copy(void *copy, size_t copy_size, const void *options,
                     size_t size);

#endif
