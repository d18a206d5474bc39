// SPDX-License-Identifier: Apache-2.0
#include "core/barrier.h"

#include <string.h>

#include "core/options.h"
#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define MOST_PARTIES (1 << 20)

// ---- what knows an action: this run of the program, and its forks ----

static _Atomic uint64_t image;

static int find_image(uint64_t *out)
{
    uint64_t none = 0;
    uint64_t fresh = 0;

    if (atomic_load(&image) == 0) {
        int r = mp_plat_random(&fresh, sizeof(fresh));
        if (r < 0) {
            return r;
        }
        (void) atomic_compare_exchange_strong(&image, &none, fresh | 1);
    }
    *out = atomic_load(&image);
    return 0;
}

// ---- making ----

static int check(int parties)
{
    if (parties < 1) {
        return mp__fail(MP_EINVAL, 0, "a barrier for %d parties", parties);
    }
    if (parties > MOST_PARTIES) {
        return mp__fail(MP_ERANGE, 0, "a barrier has up to %d parties, not %d",
                        MOST_PARTIES, parties);
    }
    return 0;
}

static int make(mp_barrier_t **out, uint32_t parties,
                const mp_barrier_options_t *options)
{
    size_t size = sizeof(mp_barrier_t) + parties * sizeof(_Atomic uint64_t);
    uint64_t own = 0;

    int r = options->action != NULL ? find_image(&own) : 0;
    if (r == 0) {
        r = mp__object_new(out, size);
    }
    if (r < 0) {
        return r;
    }
    mp_barrier_t *barrier = *out;
    memset((unsigned char *) barrier + sizeof(barrier->head), 0,
           size - sizeof(barrier->head));
    barrier->parties = parties;
    barrier->timeout_ms = options->timeout_ms;
    barrier->action.run = options->action;
    barrier->action.argument = options->argument;
    barrier->image = own;
    mp__barrier_begin(barrier);
    mp__object_made(&barrier->head, MP__TYPE_BARRIER);
    return 0;
}

int mp_barrier_create_sized(mp_barrier_t **out, int parties,
                            const mp_barrier_options_t *options,
                            size_t options_size)
{
    mp_barrier_options_t copy;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the barrier");
    }
    *out = NULL;
    int r = mp__options_copy(&copy, sizeof(copy), options, options_size);
    if (r == 0) {
        r = check(parties);
    }
    return r < 0 ? r : make(out, (uint32_t) parties, &copy);
}

void mp_barrier_destroy(mp_barrier_t *barrier)
{
    if (barrier != NULL) {
        mp__object_drop(&barrier->head);
    }
}

int mp_barrier_hold(mp_barrier_t *barrier)
{
    return mp__object_hold_as(barrier, MP__TYPE_BARRIER);
}

// ---- waiting ----

static int is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the barrier is NULL");
}

static int wait_with(mp_barrier_t *barrier, int64_t timeout_ms,
                     const mp__action_t *action, int *index)
{
    int ignored = 0;

    if (timeout_ms == MP_FOREVER && barrier->timeout_ms != 0) {
        timeout_ms = barrier->timeout_ms;
    }
    return mp__barrier_wait(barrier, mp__deadline(timeout_ms), action,
                            index != NULL ? index : &ignored);
}

int mp_barrier_wait(mp_barrier_t *barrier, int64_t timeout_ms, int *index)
{
    if (barrier == NULL) {
        return is_null();
    }
    if (barrier->action.run != NULL && barrier->image != atomic_load(&image)) {
        return mp__fail(MP_ENOTSUP, 0,
                        "the barrier's action is of another program: wait with "
                        "mp_barrier_wait_with()");
    }
    return wait_with(barrier, timeout_ms, &barrier->action, index);
}

int mp_barrier_wait_with(mp_barrier_t *barrier, int64_t timeout_ms,
                         mp_barrier_action_fn action, void *argument,
                         int *index)
{
    mp__action_t own = {action, argument};

    return barrier == NULL ? is_null()
                           : wait_with(barrier, timeout_ms, &own, index);
}

int mp_barrier_abort(mp_barrier_t *barrier)
{
    if (barrier == NULL) {
        return is_null();
    }
    mp__barrier_abort(barrier);
    return 0;
}

int mp_barrier_reset(mp_barrier_t *barrier)
{
    if (barrier == NULL) {
        return is_null();
    }
    mp__barrier_reset(barrier);
    return 0;
}

// ---- asking ----

bool mp_barrier_broken(const mp_barrier_t *barrier)
{
    return barrier != NULL && mp__barrier_is_broken(barrier);
}

int mp_barrier_n_waiting(const mp_barrier_t *barrier)
{
    if (barrier == NULL || mp__barrier_is_broken(barrier)) {
        return 0;
    }
    return (int) mp__barrier_come(barrier, mp__barrier_round(barrier));
}

int mp_barrier_parties(const mp_barrier_t *barrier)
{
    return barrier != NULL ? (int) barrier->parties : 0;
}
