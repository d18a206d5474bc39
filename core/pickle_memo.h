// SPDX-License-Identifier: Apache-2.0
// The numbers of what a pickle has remembered, by address.
#ifndef MP_CORE_PICKLE_MEMO_H
#define MP_CORE_PICKLE_MEMO_H

#include "core/any.h"

typedef struct mp__memo_entry {
    const mp_any_t *value;
    uint32_t number;
} mp__memo_entry_t;

typedef struct mp__memo {
    mp__memo_entry_t *entries;
    size_t room; // a power of 2, at least twice the count, or 0
    uint32_t count;
} mp__memo_t;

int mp__memo_add(mp__memo_t *memo, const mp_any_t *value);
bool mp__memo_find(const mp__memo_t *memo, const mp_any_t *value,
                   uint32_t *number);
void mp__memo_free(mp__memo_t *memo);

#endif
