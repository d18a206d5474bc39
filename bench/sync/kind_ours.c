// SPDX-License-Identifier: Apache-2.0
// This library's locks, by their public calls.
#include <multiprocessing.h>

#include "bench/sync/kind.h"

KIND_INLINE int lock_take(void *at)
{
    return mp_lock_acquire(at, MP_FOREVER);
}

KIND_INLINE int lock_give(void *at)
{
    return mp_lock_release(at);
}

KIND_LOOPS(lock, lock_take, lock_give)

static int lock_make(struct place *place)
{
    mp_lock_t *lock = NULL;
    int r = mp_lock_create(&lock);

    place->at = lock;
    return r < 0 ? -1 : 0;
}

static void lock_unmake(struct place *place)
{
    mp_lock_destroy(place->at);
}

static int lock_find(struct place *place, const mp_args_t *args)
{
    place->at = mp_args_lock(args, KIND_ARG_LOCK);
    return place->at == NULL ? -1 : 0;
}

static mp_arg_t object_argument(void *at)
{
    return MP_OBJECT(at);
}

const struct kind kind_lock = {
    .name = "lock",
    .make = lock_make,
    .unmake = lock_unmake,
    .alone = lock_alone,
    .among = lock_among,
    .find = lock_find,
    .argument = object_argument,
};

KIND_INLINE int rlock_take(void *at)
{
    return mp_rlock_acquire(at, MP_FOREVER);
}

KIND_INLINE int rlock_give(void *at)
{
    return mp_rlock_release(at);
}

KIND_LOOPS(rlock, rlock_take, rlock_give)

static int rlock_make(struct place *place)
{
    mp_rlock_t *lock = NULL;
    int r = mp_rlock_create(&lock);

    place->at = lock;
    return r < 0 ? -1 : 0;
}

static void rlock_unmake(struct place *place)
{
    mp_rlock_destroy(place->at);
}

static int rlock_find(struct place *place, const mp_args_t *args)
{
    place->at = mp_args_rlock(args, KIND_ARG_LOCK);
    return place->at == NULL ? -1 : 0;
}

const struct kind kind_rlock = {
    .name = "rlock",
    .make = rlock_make,
    .unmake = rlock_unmake,
    .alone = rlock_alone,
    .among = rlock_among,
    .find = rlock_find,
    .argument = object_argument,
};

KIND_INLINE int semaphore_take(void *at)
{
    return mp_semaphore_acquire(at, MP_FOREVER);
}

KIND_INLINE int semaphore_give(void *at)
{
    return mp_semaphore_release(at);
}

KIND_LOOPS(semaphore, semaphore_take, semaphore_give)

static int semaphore_make(struct place *place)
{
    mp_semaphore_t *semaphore = NULL;
    int r = mp_semaphore_create(&semaphore, 1, NULL);

    place->at = semaphore;
    return r < 0 ? -1 : 0;
}

static void semaphore_unmake(struct place *place)
{
    mp_semaphore_destroy(place->at);
}

static int semaphore_find(struct place *place, const mp_args_t *args)
{
    place->at = mp_args_semaphore(args, KIND_ARG_LOCK);
    return place->at == NULL ? -1 : 0;
}

const struct kind kind_semaphore = {
    .name = "semaphore",
    .make = semaphore_make,
    .unmake = semaphore_unmake,
    .alone = semaphore_alone,
    .among = semaphore_among,
    .find = semaphore_find,
    .argument = object_argument,
};
