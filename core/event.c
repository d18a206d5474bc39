// SPDX-License-Identifier: Apache-2.0
// An event in one word: whether it is set, whether somebody sleeps on it, and
// how often it was set. By the last, who slept through a set and a clear knows
// that it was set.
#include "core/event.h"

#include <limits.h>

#include "core/object.h"
#include "core/pause.h"
#include "core/start.h"
#include "core/word.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define SET UINT32_C(1)
#define TIMES UINT32_C(0x7ffffffe)
#define ONCE UINT32_C(2)

struct mp_event {
    mp__object_t head;
    mp_word_t word;
};

int mp_event_create(mp_event_t **out)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the event");
    }
    int r = mp__object_new(out, sizeof(mp_event_t));
    if (r == 0) {
        mp__object_made(&(*out)->head, MP__TYPE_EVENT);
    }
    return r;
}

void mp_event_destroy(mp_event_t *event)
{
    if (event != NULL) {
        mp__object_drop(&event->head);
    }
}

int mp_event_hold(mp_event_t *event)
{
    return mp__object_hold_as(event, MP__TYPE_EVENT);
}

static int is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the event is NULL");
}

// Nothing but atomics and a wake: a signal handler may be here.
int mp_event_set(mp_event_t *event)
{
    if (event == NULL) {
        return is_null();
    }
    uint32_t seen = atomic_load(&event->word);
    uint32_t next = 0;
    do {
        if ((seen & SET) != 0) {
            return 0;
        }
        next = ((seen + ONCE) & TIMES) | SET;
    } while (!atomic_compare_exchange_weak(&event->word, &seen, next));
    if ((seen & MP__WORD_WAITERS) != 0) {
        mp_plat_wake(&event->word, INT_MAX);
    }
    return 0;
}

int mp_event_clear(mp_event_t *event)
{
    if (event == NULL) {
        return is_null();
    }
    (void) atomic_fetch_and(&event->word, ~SET);
    return 0;
}

bool mp_event_is_set(const mp_event_t *event)
{
    return event != NULL && (atomic_load(&event->word) & SET) != 0;
}

// Whether it is set, or was since it looked like `first`.
static bool was_set(uint32_t word, uint32_t first)
{
    return (word & SET) != 0 || ((word ^ first) & TIMES) != 0;
}

static bool spin(mp_word_t *word, uint32_t first)
{
    mp__pause_t pause = MP__PAUSE_NEW;

    while (mp__pause(&pause)) {
        if (was_set(atomic_load(word), first)) {
            return true;
        }
    }
    return false;
}

// Nobody passes a wake on: a set wakes all.
static bool wait_until(mp_word_t *word, uint32_t first, int64_t deadline)
{
    for (;;) {
        uint32_t seen = atomic_load(word);
        if (was_set(seen, first)) {
            return true;
        }
        if (mp_plat_now() >= deadline) {
            return false;
        }
        if (mp__word_announce(word, &seen)) {
            mp_plat_sleep(word, seen, mp__slice_until(deadline));
        }
    }
}

static int wait_slow(mp_event_t *event, uint32_t first, int64_t timeout_ms)
{
    int64_t deadline = mp__deadline(timeout_ms);

    if (deadline != MP_PLAT_AT_ONCE) {
        int r = mp__arena_ready(); // who sleeps must be a member
        if (r < 0) {
            return r;
        }
        if (spin(&event->word, first) ||
            wait_until(&event->word, first, deadline)) {
            return 0;
        }
    }
    return mp__fail(MP_ETIMEDOUT, 0, "the event was not set");
}

int mp_event_wait(mp_event_t *event, int64_t timeout_ms)
{
    if (event == NULL) {
        return is_null();
    }
    uint32_t first = atomic_load(&event->word);
    return (first & SET) != 0 ? 0 : wait_slow(event, first, timeout_ms);
}

// ---- beside others ----

uint32_t mp__event_look(const mp_event_t *event)
{
    return atomic_load(&event->word);
}

bool mp__event_was_set(const mp_event_t *event, uint32_t first)
{
    return was_set(atomic_load(&event->word), first);
}

void mp__event_doze(mp_event_t *event, uint32_t first, int64_t until)
{
    uint32_t seen = atomic_load(&event->word);

    if (!was_set(seen, first) && mp__word_announce(&event->word, &seen)) {
        mp_plat_sleep(&event->word, seen, until);
    }
}
