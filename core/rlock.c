// SPDX-License-Identifier: Apache-2.0
#include "core/lock.h"
#include "core/locked.h"
#include "core/start.h"
#include "platform/fail.h"

bool mp__rlock_is(const mp_rlock_t *lock)
{
    if (mp__object_is(&lock->head, MP__TYPE_RLOCK)) {
        return true;
    }
    return (mp__object_is(&lock->head, MP__TYPE_VALUE) ||
            mp__object_is(&lock->head, MP__TYPE_ARRAY)) &&
           ((const mp__locked_t *) (const void *) lock)->how == MP__HOW_OWN;
}

// A token may be that of a whole process, so the thread is asked for, too.
bool mp__recursive_is_mine(const mp__recursive_t *lock)
{
    uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

    return (word & MP__TOKEN_MASK) == mp__token() && word != 0 &&
           atomic_load_explicit(&lock->thread, memory_order_relaxed) ==
               mp_plat_thread_number();
}

static int acquire_again(mp__recursive_t *lock)
{
    uint32_t count = atomic_load_explicit(&lock->count, memory_order_relaxed);

    if (count == UINT32_MAX) {
        return mp__fail(MP_ERANGE, 0, "the lock was acquired too often");
    }
    atomic_store_explicit(&lock->count, count + 1, memory_order_relaxed);
    return 0;
}

static void become_holder(mp__recursive_t *lock, uint32_t count)
{
    atomic_store_explicit(&lock->thread, mp_plat_thread_number(),
                          memory_order_relaxed);
    atomic_store_explicit(&lock->count, count, memory_order_relaxed);
}

int mp__recursive_acquire_all(mp__recursive_t *lock, uint32_t count)
{
    int r = mp__word_acquire(&lock->word, mp__token(), MP_PLAT_NEVER);

    become_holder(lock, count);
    return r;
}

int mp__recursive_acquire(mp__recursive_t *lock, int64_t deadline)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    if (mp__recursive_is_mine(lock)) {
        return acquire_again(lock);
    }
    int r = mp__word_acquire(&lock->word, token, deadline);
    if (r >= 0) {
        become_holder(lock, 0);
        return r;
    }
    return mp__fail(r, 0, "the lock is held by another");
}

uint32_t mp__recursive_release_all(mp__recursive_t *lock)
{
    uint32_t count = atomic_load_explicit(&lock->count, memory_order_relaxed);

    atomic_store_explicit(&lock->thread, 0, memory_order_relaxed);
    (void) mp__word_release(&lock->word);
    return count;
}

int mp__recursive_release(mp__recursive_t *lock)
{
    if (!mp__recursive_is_mine(lock)) {
        return mp__fail(MP_ESTATE, 0, "this thread does not hold the lock");
    }
    uint32_t count = atomic_load_explicit(&lock->count, memory_order_relaxed);
    if (count > 0) {
        atomic_store_explicit(&lock->count, count - 1, memory_order_relaxed);
        return 0;
    }
    (void) mp__recursive_release_all(lock);
    return 0;
}

// ---- the public calls ----

int mp_rlock_create(mp_rlock_t **out)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the lock");
    }
    int r = mp__object_new(out, sizeof(mp_rlock_t));
    if (r == 0) {
        mp__object_made(&(*out)->head, MP__TYPE_RLOCK);
    }
    return r;
}

void mp_rlock_destroy(mp_rlock_t *lock)
{
    if (lock != NULL) {
        mp__object_drop(&lock->head);
    }
}

int mp_rlock_hold(mp_rlock_t *lock)
{
    return mp__object_hold_as(lock, MP__TYPE_RLOCK);
}

static MP__SLOW int acquire_slow(mp_rlock_t *lock, int64_t timeout_ms)
{
    return lock == NULL
               ? mp__fail(MP_EINVAL, 0, "the lock is NULL")
               : mp__recursive_acquire(&lock->lock, mp__deadline(timeout_ms));
}

int mp_rlock_acquire(mp_rlock_t *lock, int64_t timeout_ms)
{
    uint32_t token = mp__token_known();

    if (lock == NULL || token == 0 || !mp__word_try(&lock->lock.word, token)) {
        return acquire_slow(lock, timeout_ms);
    }
    become_holder(&lock->lock, 0);
    return 0;
}

int mp_rlock_release(mp_rlock_t *lock)
{
    return lock == NULL ? mp__fail(MP_EINVAL, 0, "the lock is NULL")
                        : mp__recursive_release(&lock->lock);
}

bool mp_rlock_locked(const mp_rlock_t *lock)
{
    return lock != NULL && atomic_load(&lock->lock.word) != 0;
}
