// SPDX-License-Identifier: Apache-2.0
#include "core/pickle_memo.h"

#include <stdlib.h>

// The place of a value, or the free one where it would be.
static mp__memo_entry_t *place_of(const mp__memo_t *memo, const mp_any_t *value)
{
    uint64_t hash = (uint64_t) (uintptr_t) value;

    hash = (hash >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t) (hash >> 32) & (memo->room - 1);
    while (memo->entries[at].value != NULL &&
           memo->entries[at].value != value) {
        at = (at + 1) & (memo->room - 1);
    }
    return &memo->entries[at];
}

static int grow(mp__memo_t *memo)
{
    mp__memo_t larger = {NULL, memo->room == 0 ? 32 : 2 * memo->room,
                         memo->count};

    larger.entries = calloc(larger.room, sizeof(*larger.entries));
    if (larger.entries == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; i < memo->room; i++) {
        if (memo->entries[i].value != NULL) {
            *place_of(&larger, memo->entries[i].value) = memo->entries[i];
        }
    }
    free(memo->entries);
    *memo = larger;
    return 0;
}

int mp__memo_add(mp__memo_t *memo, const mp_any_t *value)
{
    if (2 * ((size_t) memo->count + 1) > memo->room) {
        int r = grow(memo);
        if (r < 0) {
            return r;
        }
    }
    mp__memo_entry_t *place = place_of(memo, value);
    place->value = value;
    place->number = memo->count++;
    return 0;
}

bool mp__memo_find(const mp__memo_t *memo, const mp_any_t *value,
                   uint32_t *number)
{
    if (memo->room == 0) {
        return false;
    }
    const mp__memo_entry_t *place = place_of(memo, value);
    if (place->value == NULL) {
        return false;
    }
    *number = place->number;
    return true;
}

void mp__memo_free(mp__memo_t *memo)
{
    free(memo->entries);
}
