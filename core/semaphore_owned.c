// SPDX-License-Identifier: Apache-2.0
// The units of an owned semaphore. A unit is acquired and released by one
// exchange of its own word, which tells whose it is; so a dead owner's is
// found.
#include "core/semaphore.h"

#include "core/pause.h"
#include "core/turn.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define LOOKS 16 // at owners, at a time: each asks the system

// Processes begin at different units, so that they do not meet at one.
static uint32_t first_of(const mp_semaphore_t *semaphore, uint32_t token)
{
    return token % semaphore->units;
}

static uint32_t after(const mp_semaphore_t *semaphore, uint32_t at)
{
    return at + 1 == semaphore->units ? 0 : at + 1;
}

// A unit that is free, or whose owner is known to be dead.
static int claim(mp_semaphore_t *semaphore, uint32_t token)
{
    uint32_t at = first_of(semaphore, token);

    for (uint32_t i = 0; i < semaphore->units; i++) {
        mp_word_t *unit = &semaphore->row[at];
        uint32_t owner = atomic_load(unit);
        bool died = owner != 0 && mp__member_dead(owner, false);
        if ((owner == 0 || died) &&
            atomic_compare_exchange_strong(unit, &owner, token)) {
            return died ? MP_OWNERDIED : 0;
        }
        at = after(semaphore, at);
    }
    return MP_ETIMEDOUT;
}

// Asks the system for some of the owners, from `at` on, where the next call
// goes on.
static int take_over(mp_semaphore_t *semaphore, uint32_t token, uint32_t *at)
{
    uint32_t alive = 0; // the same owner is not asked for twice

    for (uint32_t i = 0, looks = 0; i < semaphore->units && looks < LOOKS;
         i++) {
        mp_word_t *unit = &semaphore->row[*at];
        uint32_t owner = atomic_load(unit);
        if (owner != 0 && owner != alive) {
            looks++;
            if (mp__member_dead(owner, true) &&
                atomic_compare_exchange_strong(unit, &owner, token)) {
                return MP_OWNERDIED;
            }
            alive = owner;
        }
        *at = after(semaphore, *at);
    }
    return MP_ETIMEDOUT;
}

// Where units come and go all the time nobody sleeps for long, and who only
// tries never does; a dead owner's unit must be found there, too.
static int look_now_and_then(mp_semaphore_t *semaphore, uint32_t token)
{
    uint32_t at = 0;

    if (!mp__look_due(mp__link(&semaphore->head))) {
        return MP_ETIMEDOUT;
    }
    if (semaphore->units > LOOKS) { // other ones than the last time
        at = (uint32_t) (mp_plat_now() / MP__SLICE_NS * LOOKS %
                         semaphore->units);
    }
    return take_over(semaphore, token, &at);
}

static int spin(mp_semaphore_t *semaphore, uint32_t token)
{
    mp__pause_t pause = MP__PAUSE_NEW;
    int r = MP_ETIMEDOUT;

    while (r < 0 && mp__pause(&pause)) {
        r = claim(semaphore, token);
    }
    return r;
}

// Who slept may have been woken in the place of another one: see
// take_after_sleep().
static void pass_on(mp_semaphore_t *semaphore)
{
    (void) mp__turn_announce(&semaphore->word);
    if (mp__units_free(semaphore) != 0) {
        mp__turn_next(&semaphore->word, 1);
    }
}

static int acquire_slow(mp_semaphore_t *semaphore, uint32_t token,
                        int64_t deadline)
{
    uint32_t at = first_of(semaphore, token);
    mp__nap_t nap = MP__NAP_LONG;
    bool slept = false;
    bool look = false;
    int r = MP_ETIMEDOUT;

    for (;;) {
        uint32_t seen = mp__turn_announce(&semaphore->word);
        r = claim(semaphore, token);
        if (r < 0 && look) {
            r = take_over(semaphore, token, &at);
        }
        if (r >= 0 || mp_plat_now() >= deadline) {
            break;
        }
        look = mp__turn_sleep(&semaphore->word, seen, &nap, deadline);
        slept = true;
    }
    if (slept) {
        pass_on(semaphore);
    }
    return r;
}

int mp__units_acquire(mp_semaphore_t *semaphore, uint32_t token,
                      int64_t deadline)
{
    int r = claim(semaphore, token);

    if (r < 0) {
        r = look_now_and_then(semaphore, token);
    }
    if (r < 0 && deadline != MP_PLAT_AT_ONCE) {
        r = spin(semaphore, token);
        r = r < 0 ? acquire_slow(semaphore, token, deadline) : r;
    }
    return r;
}

static uint32_t count_of(const mp_semaphore_t *semaphore, uint32_t token)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < semaphore->units; i++) {
        count += atomic_load(&semaphore->row[i]) == token;
    }
    return count;
}

uint32_t mp__units_free(const mp_semaphore_t *semaphore)
{
    return count_of(semaphore, 0);
}

static uint32_t release_some(mp_semaphore_t *semaphore, uint32_t token,
                             uint32_t count)
{
    uint32_t at = first_of(semaphore, token);
    uint32_t released = 0;

    for (uint32_t i = 0; i < semaphore->units && released < count; i++) {
        mp_word_t *unit = &semaphore->row[at];
        uint32_t owner = token;
        if (atomic_compare_exchange_strong(unit, &owner, 0)) {
            released++;
        }
        at = after(semaphore, at);
    }
    if (released > 0) {
        mp__turn_next(&semaphore->word, (int) released);
    }
    return released;
}

int mp__units_release(mp_semaphore_t *semaphore, uint32_t token, uint32_t count)
{
    bool has = count == 1 || count_of(semaphore, token) >= count;

    if (!has || release_some(semaphore, token, count) < count) {
        return mp__fail(MP_ESTATE, 0,
                        "the caller does not have that many units");
    }
    return 0;
}
