// SPDX-License-Identifier: Apache-2.0
// Copies of arguments: one block holds the row, its items and what they point
// to, and free() frees it.
#ifndef MP_CORE_ARGUMENTS_H
#define MP_CORE_ARGUMENTS_H

#include <multiprocessing/arguments.h>

// MP_EINVAL a NULL where a text or bytes should be, or an unknown type;
// MP_ERANGE an integer that is too large; MP_ENOMEM.
int mp__args_copy(mp_args_t **out, const mp_args_t *args);

// The same for texts that say their length in `size` and have no NUL.
int mp__args_copy_sized(mp_args_t **out, const mp_args_t *args);

#endif
