// SPDX-License-Identifier: Apache-2.0
#include "core/locked.h"

#include <string.h>

#include "core/cells.h"
#include "core/options.h"
#include "core/start.h"
#include "platform/fail.h"

// ---- making ----

int mp__locked_options(mp_value_options_t *copy,
                       const mp_value_options_t *options, size_t size)
{
    int r = mp__options_copy(copy, sizeof(*copy), options, size);

    if (r == 0 &&
        (copy->lock != NULL) + (copy->rlock != NULL) + copy->raw > 1) {
        return mp__fail(MP_EINVAL, 0,
                        "more than one kind of lock is asked for");
    }
    return r;
}

static int check_given(const mp_value_options_t *options)
{
    if ((options->lock == NULL ||
         mp__object_is(&options->lock->head, MP__TYPE_LOCK)) &&
        (options->rlock == NULL || mp__rlock_is(options->rlock))) {
        return 0;
    }
    return mp__fail(MP_EINVAL, 0, "the lock is none, or it is gone");
}

// With a lock that is given the object holds it before anybody sees that.
static int give_lock(mp__locked_t *data, const mp_value_options_t *options)
{
    mp__object_t *given = NULL;

    data->how = options->raw ? MP__HOW_RAW : MP__HOW_OWN;
    if (options->lock != NULL) {
        data->how = MP__HOW_LOCK;
        given = &options->lock->head;
    } else if (options->rlock != NULL) {
        data->how = MP__HOW_RLOCK;
        given = &options->rlock->head;
    }
    return given == NULL
               ? 0
               : mp__object_pair((mp__paired_t *) (void *) data, given);
}

int mp__locked_new(void *out, mp__type_t type, mp__shape_t shape, size_t size,
                   const mp_value_options_t *options, bool *cleared)
{
    mp__locked_t *data = NULL;

    *(void **) out = NULL;
    if (size > SIZE_MAX - sizeof(*data)) {
        return mp__fail(MP_ENOSPC, 0, "no memory is that large");
    }
    int r = check_given(options);
    if (r == 0) {
        r = mp__object_new(&data, sizeof(*data) + size);
    }
    if (data == NULL) {
        return r;
    }
    *cleared = sizeof(*data) + size <= MP__CELL_MOST;
    if (!*cleared) {
        memset((unsigned char *) data + sizeof(data->head), 0,
               sizeof(*data) - sizeof(data->head));
    }
    data->type = shape.type;
    data->kind = shape.kind;
    data->size = shape.size;
    mp__object_made(&data->head, type);
    r = give_lock(data, options);
    if (r < 0) {
        mp__object_drop(&data->head);
        return r;
    }
    *(void **) out = data;
    return 0;
}

// A process that has the address by inheritance would not hold the lock.
static bool others_have_it(const mp__locked_t *data)
{
    return (atomic_load(&data->head.state) & MP__OBJECT_SHARED) != 0 ||
           mp__owner_of(atomic_load(&data->head.state)) !=
               mp__process_token() ||
           mp__member_forked_after(data->head.birth, MP__ALL_FORKS);
}

int mp__locked_synchronize(mp__locked_t *data,
                           const mp_value_options_t *options)
{
    if (data->how != MP__HOW_RAW) {
        return mp__fail(MP_ESTATE, 0, "it has a lock already");
    }
    if (options->raw) {
        return mp__fail(MP_EINVAL, 0, "a lock is what it is to be given");
    }
    int r = check_given(options);
    if (r < 0) {
        return r;
    }
    if ((options->lock != NULL || options->rlock != NULL) &&
        others_have_it(data)) {
        return mp__fail(MP_ESTATE, 0,
                        "other processes have it: it can get a lock of its "
                        "own only");
    }
    r = give_lock(data, options);
    if (r < 0) {
        data->how = MP__HOW_RAW;
    }
    return r;
}

int mp__locked_hold(mp__locked_t *data, mp__type_t type)
{
    return mp__object_hold_as(data, type);
}

// ---- the lock, for the user ----

mp_rlock_t *mp__locked_rlock(mp__locked_t *data)
{
    if (data == NULL || data->how == MP__HOW_LOCK || data->how == MP__HOW_RAW) {
        return NULL;
    }
    return data->how == MP__HOW_OWN ? (mp_rlock_t *) (void *) data
                                    : mp__linked(data->lock.given);
}

mp_lock_t *mp__locked_lock(mp__locked_t *data)
{
    return data == NULL || data->how != MP__HOW_LOCK
               ? NULL
               : mp__linked(data->lock.given);
}

static int check(const mp__locked_t *data)
{
    if (data == NULL) {
        return mp__fail(MP_EINVAL, 0, "there is no such object: NULL");
    }
    if (data->how == MP__HOW_RAW) {
        return mp__fail(MP_ESTATE, 0, "it is raw: it has no lock");
    }
    return 0;
}

// Of its own lock nobody is told that a holder died.
static int silently(const mp__locked_t *data, int r)
{
    return r == MP_OWNERDIED && data->how == MP__HOW_OWN ? 0 : r;
}

int mp__locked_acquire(mp__locked_t *data, int64_t timeout_ms)
{
    int r = check(data);

    if (r < 0) {
        return r;
    }
    return data->how == MP__HOW_LOCK
               ? mp_lock_acquire(mp__locked_lock(data), timeout_ms)
               : silently(data,
                          mp_rlock_acquire(mp__locked_rlock(data), timeout_ms));
}

int mp__locked_release(mp__locked_t *data)
{
    int r = check(data);

    if (r < 0) {
        return r;
    }
    return data->how == MP__HOW_LOCK ? mp_lock_release(mp__locked_lock(data))
                                     : mp_rlock_release(mp__locked_rlock(data));
}

// ---- the lock, for moments ----

// A dead holder leaves its thread's number, which may be anybody's now.
static int enter_own(mp__recursive_t *lock)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    if (mp__recursive_is_mine(lock)) {
        return mp__recursive_acquire(lock, MP_PLAT_NEVER);
    }
    (void) mp__word_acquire(&lock->word, token, MP_PLAT_NEVER);
    atomic_store_explicit(&lock->thread, 0, memory_order_relaxed);
    return 0;
}

int mp__locked_enter_slow(mp__locked_t *data)
{
    switch (data->how) {
    case MP__HOW_OWN:
        return enter_own(&data->lock.own);
    case MP__HOW_LOCK:
        return mp_lock_acquire(mp__locked_lock(data), MP_FOREVER);
    default:
        return mp_rlock_acquire(mp__locked_rlock(data), MP_FOREVER);
    }
}

void mp__locked_leave_slow(mp__locked_t *data)
{
    (void) mp__locked_release(data);
}
