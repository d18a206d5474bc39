// SPDX-License-Identifier: Apache-2.0
#include "core/any_slab.h"

#include <stdlib.h>

#define ALONE 8
#define LEAST 16U
#define MOST 255U // a number knows its place by the byte `mark`

struct mp__any_slab {
    _Atomic uint32_t live; // while it is filled also those that are to come
    uint32_t padding[3];
    mp__any_int_t numbers[];
};

_Static_assert(sizeof(mp__any_int_t) == sizeof(mp__any_float_t),
               "numbers have one size");

static mp__any_slab_t *slab_of(mp_any_t *number)
{
    mp__any_int_t *first = (mp__any_int_t *) (void *) number - number->mark;

    return (mp__any_slab_t *) (void *) ((char *) first -
                                        offsetof(mp__any_slab_t, numbers));
}

static void drop(mp__any_slab_t *slab, uint32_t count)
{
    if (count > 0 && atomic_fetch_sub_explicit(&slab->live, count,
                                               memory_order_acq_rel) == count) {
        free(slab);
    }
}

void mp__any_slab_free(mp_any_t *number)
{
    drop(slab_of(number), 1);
}

void mp__any_slab_end(mp__any_slabs_t *slabs)
{
    if (slabs->slab != NULL) {
        drop(slabs->slab, slabs->capacity - slabs->used);
        slabs->slab = NULL;
        slabs->used = slabs->capacity;
    }
}

static bool begin(mp__any_slabs_t *slabs)
{
    unsigned capacity = 2 * slabs->capacity;

    capacity = capacity < LEAST ? LEAST : (capacity > MOST ? MOST : capacity);
    mp__any_slab_end(slabs);
    slabs->slab =
        malloc(sizeof(*slabs->slab) + capacity * sizeof(mp__any_int_t));
    if (slabs->slab == NULL) {
        return false;
    }
    atomic_init(&slabs->slab->live, capacity);
    slabs->capacity = capacity;
    slabs->used = 0;
    return true;
}

static mp_any_t *next(mp__any_slabs_t *slabs, mp_any_type_t type)
{
    if (slabs->used == slabs->capacity && !begin(slabs)) {
        return NULL;
    }
    mp_any_t *number = &slabs->slab->numbers[slabs->used].head;
    atomic_init(&number->count, 1);
    number->type = (uint8_t) type;
    number->kind = 0;
    atomic_init(&number->flags, MP__ANY_SLAB);
    number->mark = (uint8_t) slabs->used++;
    return number;
}

mp_any_t *mp__any_slab_int(mp__any_slabs_t *slabs, int64_t integer)
{
    if (mp__any_is_ready(integer)) {
        return mp__any_new_int(integer);
    }
    if (slabs->alone < ALONE) {
        slabs->alone++;
        return mp__any_new_int(integer);
    }
    mp_any_t *number = next(slabs, MP_ANY_INT);
    if (number != NULL) {
        mp__any_as_int(number)->value = integer;
    }
    return number;
}

mp_any_t *mp__any_slab_float(mp__any_slabs_t *slabs, double value)
{
    if (slabs->alone < ALONE) {
        slabs->alone++;
        return mp__any_new_float(value);
    }
    mp_any_t *number = next(slabs, MP_ANY_FLOAT);
    if (number != NULL) {
        mp__any_as_float(number)->value = value;
    }
    return number;
}
