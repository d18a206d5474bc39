// SPDX-License-Identifier: Apache-2.0
#include "core/any_slab.h"

#include <stdlib.h>

#define UNIT MP__ANY_SLAB_UNIT
#define MOST 256U    // units: a leaf knows its own by the byte `mark`
#define LARGEST 640U // larger nodes lie alone
#define MOST_TIMES 7 // the bytes of a pickle
#define FEW 8U       // so few bytes are not worth a slab

_Static_assert(sizeof(mp__any_slab_t) == UNIT, "nodes begin behind it");

void mp__any_slab_drop(mp__any_slab_t *slab, uint32_t count)
{
    uint32_t live = atomic_load_explicit(&slab->live, memory_order_acquire);

    if (live == count ||
        atomic_fetch_sub_explicit(&slab->live, count, memory_order_acq_rel) ==
            count) {
        free(slab);
    }
}

void mp__any_slab_end(mp__any_slabs_t *slabs)
{
    if (slabs->slab != NULL) {
        mp__any_slab_drop(slabs->slab, MP__ANY_SLAB_FILLING - slabs->made);
    }
    slabs->slab = NULL;
    slabs->used = 0;
    slabs->capacity = 0;
    slabs->made = 0;
}

// A short text has some four times as many bytes in memory, a number two to
// five times as many, and a key needs an entry as well.
static size_t units_for(const mp__any_slabs_t *slabs, size_t size)
{
    size_t left = (size_t) (slabs->end - *slabs->at);
    size_t units = 1 + (size + UNIT - 1) / UNIT;

    if (left >= MOST * UNIT / MOST_TIMES) {
        return MOST;
    }
    units += MOST_TIMES * left / UNIT;
    return units < MOST ? units : MOST;
}

bool mp__any_slab_begin(mp__any_slabs_t *slabs, size_t size)
{
    if (size > LARGEST || slabs->end - *slabs->at < (ptrdiff_t) FEW) {
        return false;
    }
    size_t units = units_for(slabs, size);
    mp__any_slab_end(slabs);
    slabs->slab = malloc(units * UNIT);
    if (slabs->slab == NULL) {
        return false;
    }
    atomic_init(&slabs->slab->live, MP__ANY_SLAB_FILLING);
    slabs->capacity = (uint32_t) units;
    slabs->used = 1;
    return true;
}
