// SPDX-License-Identifier: Apache-2.0
// Numbers by the row: where many are made at once, as in a pickle, they lie
// side by side in slabs, each of which is freed with the last number in it. The
// first few get memory of their own, and slabs grow with what is read, so that
// a number that is kept keeps no more than came with it.
#ifndef MP_CORE_ANY_SLAB_H
#define MP_CORE_ANY_SLAB_H

#include "core/any.h"

typedef struct mp__any_slab mp__any_slab_t;

typedef struct mp__any_slabs {
    mp__any_slab_t *slab; // the one that is being filled
    unsigned used;
    unsigned capacity;
    unsigned alone; // numbers that were made without one
} mp__any_slabs_t;

mp_any_t *mp__any_slab_int(mp__any_slabs_t *slabs, int64_t integer);
mp_any_t *mp__any_slab_float(mp__any_slabs_t *slabs, double value);
// No more are made.
void mp__any_slab_end(mp__any_slabs_t *slabs);
// Frees a number that lies in a slab.
void mp__any_slab_free(mp_any_t *number);

#endif
