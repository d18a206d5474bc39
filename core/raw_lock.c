// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/shared.h>

#include "core/start.h"
#include "core/word.h"
#include "platform/fail.h"

_Static_assert(sizeof(mp_word_t) == sizeof(uint32_t),
               "a plain word can be used as an atomic one");

static mp_word_t *word_of(const mp_raw_lock_t *lock)
{
    return (mp_word_t *) (uintptr_t) &lock->mp__word;
}

static int null(void)
{
    return mp__fail(MP_EINVAL, 0, "the lock is NULL");
}

// Only who sleeps needs that the lock lies where others see it.
static int acquire_slow(mp_raw_lock_t *lock, int64_t timeout_ms)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    if (mp__word_try(word_of(lock), token)) {
        return 0;
    }
    if (!mp__arena_has(lock, sizeof(*lock))) {
        return mp__fail(MP_EINVAL, 0,
                        "the lock does not lie in the memory of the family");
    }
    int r =
        mp__word_acquire_slow(word_of(lock), token, mp__deadline(timeout_ms));
    return r < 0 ? mp__fail(r, 0, "the lock is held by another") : r;
}

int mp_raw_lock_acquire(mp_raw_lock_t *lock, int64_t timeout_ms)
{
    if (lock == NULL) {
        return null();
    }
    uint32_t token = mp__token();
    return token != 0 && mp__word_try(word_of(lock), token)
               ? 0
               : acquire_slow(lock, timeout_ms);
}

int mp_raw_lock_release(mp_raw_lock_t *lock)
{
    if (lock == NULL) {
        return null();
    }
    return mp__word_release(word_of(lock)) == 0
               ? mp__fail(MP_ESTATE, 0, "the lock is not locked")
               : 0;
}

bool mp_raw_lock_locked(const mp_raw_lock_t *lock)
{
    return lock != NULL && atomic_load(word_of(lock)) != 0;
}
