// SPDX-License-Identifier: Apache-2.0
#include "core/semaphore.h"

#include <limits.h>

#include "core/options.h"
#include "core/pause.h"
#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define VALUE MP__TOKEN_MASK // the word without its bit
#define MOST_UNITS (1 << 20)
#define LOOK_EVERY_MOST 32 // steps of a pause

// ---- making ----

static int check(int value, bool owned)
{
    if (value < 0 || (owned && value == 0)) {
        return mp__fail(MP_EINVAL, 0, "a semaphore cannot begin with %d units",
                        value);
    }
    if (owned && value > MOST_UNITS) {
        return mp__fail(MP_ERANGE, 0,
                        "an owned semaphore has up to %d units, not %d",
                        MOST_UNITS, value);
    }
    return 0;
}

static void fill(mp_semaphore_t *semaphore, uint32_t value,
                 const mp_semaphore_options_t *options)
{
    semaphore->bounded = options->bounded || options->owned;
    semaphore->most = semaphore->bounded ? value : VALUE;
    semaphore->units = options->owned ? value : 0;
    atomic_store(&semaphore->word, options->owned ? 0 : value);
    for (uint32_t i = 0; i < semaphore->units; i++) {
        atomic_store_explicit(&semaphore->row[i], 0, memory_order_relaxed);
    }
}

int mp_semaphore_create_sized(mp_semaphore_t **out, int value,
                              const mp_semaphore_options_t *options,
                              size_t options_size)
{
    mp_semaphore_options_t copy;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the semaphore");
    }
    *out = NULL;
    int r = mp__options_copy(&copy, sizeof(copy), options, options_size);
    if (r == 0) {
        r = check(value, copy.owned);
    }
    if (r < 0) {
        return r;
    }
    size_t row = copy.owned ? (size_t) value * sizeof(mp_word_t) : 0;
    r = mp__object_new(out, sizeof(mp_semaphore_t) + row);
    if (r == 0) {
        fill(*out, (uint32_t) value, &copy);
        mp__object_made(&(*out)->head, MP__TYPE_SEMAPHORE);
    }
    return r;
}

int mp_bounded_semaphore_create(mp_semaphore_t **out, int value)
{
    mp_semaphore_options_t options = {.bounded = true};

    return mp_semaphore_create(out, value, &options);
}

void mp_semaphore_destroy(mp_semaphore_t *semaphore)
{
    if (semaphore != NULL) {
        mp__object_drop(&semaphore->head);
    }
}

int mp_semaphore_hold(mp_semaphore_t *semaphore)
{
    return mp__object_hold_as(semaphore, MP__TYPE_SEMAPHORE);
}

// ---- acquiring ----

static bool try_count(mp_word_t *word)
{
    uint32_t seen = atomic_load_explicit(word, memory_order_relaxed);

    while ((seen & VALUE) != 0) {
        if (atomic_compare_exchange_weak_explicit(word, &seen, seen - 1,
                                                  memory_order_acquire,
                                                  memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

// Each look takes the word away from who has units to release, so the looks
// become rarer.
static bool spin(mp_word_t *word)
{
    mp__pause_t pause = MP__PAUSE_NEW;
    int looks = 0;
    int next = 1;

    while (mp__pause(&pause)) {
        if (++looks < next) {
            continue;
        }
        next = next < LOOK_EVERY_MOST ? next * 2 : next + 1;
        if (try_count(word)) {
            return true;
        }
    }
    return false;
}

// Who slept may have been woken in the place of another one, so it says that
// there may be sleepers; and if there are units left, one of them was to have
// one: a release that found no bit woke nobody.
static bool take_after_sleep(mp_word_t *word, uint32_t seen)
{
    uint32_t left = (seen & VALUE) - 1;

    if (!atomic_compare_exchange_strong(word, &seen, left | MP__WORD_WAITERS)) {
        return false;
    }
    if (left != 0) {
        mp_plat_wake(word, 1);
    }
    return true;
}

static int give_up(mp_word_t *word, bool slept)
{
    if (slept) {
        uint32_t seen = atomic_fetch_or(word, MP__WORD_WAITERS);
        if ((seen & VALUE) != 0) {
            mp_plat_wake(word, 1);
        }
    }
    return MP_ETIMEDOUT;
}

static int count_slow(mp_word_t *word, int64_t deadline)
{
    bool slept = false;

    if (deadline != MP_PLAT_AT_ONCE && spin(word)) {
        return 0;
    }
    for (;;) {
        uint32_t seen = atomic_load(word);
        if ((seen & VALUE) != 0) {
            if (slept ? take_after_sleep(word, seen) : try_count(word)) {
                return 0;
            }
            continue;
        }
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return give_up(word, slept);
        }
        if (mp__word_announce(word, &seen)) {
            mp_plat_sleep(word, seen, mp__slice_until(deadline));
            slept = true;
        }
    }
}

static MP__SLOW int acquire_slow(mp_semaphore_t *semaphore, int64_t timeout_ms)
{
    if (semaphore == NULL) {
        return mp__fail(MP_EINVAL, 0, "the semaphore is NULL");
    }
    uint32_t token = mp__token(); // who sleeps must be a member
    if (token == 0) {
        return mp__fail_last()->code;
    }
    int64_t deadline = mp__deadline(timeout_ms);
    int r = semaphore->units != 0
                ? mp__units_acquire(semaphore, token, deadline)
                : count_slow(&semaphore->word, deadline);
    return r < 0 ? mp__fail(r, 0, "others have all units of the semaphore") : r;
}

int mp_semaphore_acquire(mp_semaphore_t *semaphore, int64_t timeout_ms)
{
    if (semaphore != NULL && semaphore->units == 0 &&
        try_count(&semaphore->word)) {
        return 0;
    }
    return acquire_slow(semaphore, timeout_ms);
}

// ---- releasing ----

static MP__SLOW int too_many(const mp_semaphore_t *semaphore)
{
    return semaphore->bounded
               ? mp__fail(MP_EINVAL, 0,
                          "the semaphore was released more often than it was "
                          "acquired")
               : mp__fail(MP_ERANGE, 0, "the semaphore has %d units already",
                          INT_MAX);
}

static inline int release_count(mp_semaphore_t *semaphore, uint32_t count)
{
    mp_word_t *word = &semaphore->word;
    uint32_t seen = atomic_load_explicit(word, memory_order_relaxed);
    uint32_t value = 0;

    do {
        value = seen & VALUE;
        if (count > semaphore->most || value > semaphore->most - count) {
            return too_many(semaphore);
        }
    } while (!atomic_compare_exchange_weak_explicit(word, &seen, value + count,
                                                    memory_order_release,
                                                    memory_order_relaxed));
    if ((seen & MP__WORD_WAITERS) != 0) {
        mp_plat_wake(word, (int) count);
    }
    return 0;
}

static MP__SLOW int release_units(mp_semaphore_t *semaphore, uint32_t count)
{
    uint32_t token = mp__token();

    return token == 0 ? mp__fail_last()->code
                      : mp__units_release(semaphore, token, count);
}

int mp_semaphore_release_many(mp_semaphore_t *semaphore, int count)
{
    if (semaphore == NULL || count < 1) {
        return mp__fail(MP_EINVAL, 0,
                        semaphore == NULL ? "the semaphore is NULL"
                                          : "nothing to release");
    }
    return semaphore->units != 0 ? release_units(semaphore, (uint32_t) count)
                                 : release_count(semaphore, (uint32_t) count);
}

int mp_semaphore_release(mp_semaphore_t *semaphore)
{
    return semaphore != NULL && semaphore->units == 0
               ? release_count(semaphore, 1)
               : mp_semaphore_release_many(semaphore, 1);
}

// ---- asking ----

int mp_semaphore_value(const mp_semaphore_t *semaphore)
{
    if (semaphore == NULL) {
        return 0;
    }
    return (int) (semaphore->units != 0
                      ? mp__units_free(semaphore)
                      : atomic_load(&semaphore->word) & VALUE);
}

bool mp_semaphore_locked(const mp_semaphore_t *semaphore)
{
    return mp_semaphore_value(semaphore) == 0;
}
