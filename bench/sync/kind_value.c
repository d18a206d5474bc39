// SPDX-License-Identifier: Apache-2.0
// A Value that 1 is added to, under its lock and atomically.
#include <multiprocessing.h>

#include "bench/sync/kind.h"

KIND_INLINE int add_locked(void *at)
{
    return mp_value_add_locked(at, 1, NULL);
}

KIND_INLINE int add_atomic(void *at)
{
    return mp_value_add(at, 1, NULL);
}

// What a hot loop has: the address, and no call.
KIND_INLINE int add_inline(void *at)
{
    (void) mp_atomic_add_int64(at, 1);
    return 0;
}

KIND_LOOP(value, add_locked)
KIND_LOOP(value_add, add_atomic)
KIND_LOOP(value_inline, add_inline)

static int value_make(struct place *place)
{
    mp_value_t *value = NULL;
    int r = mp_value_create(&value, MP_C_INT64, MP_INT(0), NULL);

    place->at = value;
    return r < 0 ? -1 : 0;
}

static void value_unmake(struct place *place)
{
    mp_value_destroy(place->at);
}

static int inline_make(struct place *place)
{
    int r = value_make(place);

    place->owner = place->at;
    place->at = r < 0 ? NULL : mp_value_address(place->at);
    return r;
}

static void inline_unmake(struct place *place)
{
    mp_value_destroy(place->owner);
}

const struct kind kind_value = {
    .name = "value",
    .make = value_make,
    .unmake = value_unmake,
    .alone = value_alone,
};

const struct kind kind_value_inline = {
    .name = "value-inline",
    .make = inline_make,
    .unmake = inline_unmake,
    .alone = value_inline_alone,
};

const struct kind kind_value_add = {
    .name = "value-add",
    .make = value_make,
    .unmake = value_unmake,
    .alone = value_add_alone,
};
