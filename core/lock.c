// SPDX-License-Identifier: Apache-2.0
#include "core/lock.h"

#include "core/start.h"
#include "platform/fail.h"

int mp_lock_create(mp_lock_t **out)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the lock");
    }
    int r = mp__object_new(out, sizeof(mp_lock_t));
    if (r == 0) {
        mp__object_made(&(*out)->head, MP__TYPE_LOCK);
    }
    return r;
}

void mp_lock_destroy(mp_lock_t *lock)
{
    if (lock != NULL) {
        mp__object_drop(&lock->head);
    }
}

int mp_lock_hold(mp_lock_t *lock)
{
    return mp__object_hold_as(lock, MP__TYPE_LOCK);
}

static MP__SLOW int acquire_slow(mp_lock_t *lock, int64_t timeout_ms)
{
    if (lock == NULL) {
        return mp__fail(MP_EINVAL, 0, "the lock is NULL");
    }
    uint32_t token = mp__token();
    if (token == 0) {
        return mp__fail_last()->code;
    }
    int r = mp__word_acquire(&lock->word, token, mp__deadline(timeout_ms));
    return r < 0 ? mp__fail(r, 0, "the lock is held by another") : r;
}

int mp_lock_acquire(mp_lock_t *lock, int64_t timeout_ms)
{
    uint32_t token = mp__token_known();

    if (lock != NULL && token != 0 && mp__word_try(&lock->word, token)) {
        return 0;
    }
    return acquire_slow(lock, timeout_ms);
}

static MP__SLOW int not_released(const mp_lock_t *lock)
{
    return lock == NULL ? mp__fail(MP_EINVAL, 0, "the lock is NULL")
                        : mp__fail(MP_ESTATE, 0, "the lock is not locked");
}

int mp_lock_release(mp_lock_t *lock)
{
    return lock != NULL && mp__word_release(&lock->word) != 0
               ? 0
               : not_released(lock);
}

bool mp_lock_locked(const mp_lock_t *lock)
{
    return lock != NULL && atomic_load(&lock->word) != 0;
}
