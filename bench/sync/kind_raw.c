// SPDX-License-Identifier: Apache-2.0
// This library's lock inside of a struct of the user's.
#include <multiprocessing.h>

#include "bench/sync/kind.h"

KIND_INLINE int raw_lock_take(void *at)
{
    return mp_raw_lock_acquire(at, MP_FOREVER);
}

KIND_INLINE int raw_lock_give(void *at)
{
    return mp_raw_lock_release(at);
}

KIND_LOOPS(raw_lock, raw_lock_take, raw_lock_give)

static int raw_lock_make(struct place *place)
{
    mp_raw_lock_t *lock = place->room;

    *lock = (mp_raw_lock_t){0, 0};
    place->at = lock;
    return 0;
}

static void raw_lock_unmake(struct place *place)
{
    place->at = NULL;
}

static int raw_lock_find(struct place *place, const mp_args_t *args)
{
    (void) args;
    place->at = place->room;
    return 0;
}

const struct kind kind_raw_lock = {
    .name = "raw-lock",
    .make = raw_lock_make,
    .unmake = raw_lock_unmake,
    .alone = raw_lock_alone,
    .among = raw_lock_among,
    .find = raw_lock_find,
};
