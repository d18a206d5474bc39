// SPDX-License-Identifier: Apache-2.0
// Who waits for a condition, and who is told.
#include "core/condition.h"

#include "core/pause.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define LOOKS 16 // at others, at a time: each asks the system

// ---- telling ----

// Who waits longest and was not told; entries of the dead are freed on the way.
static mp__waiter_t *longest(mp_condition_t *condition, uint32_t *state)
{
    mp__waiter_t *found = NULL;
    uint32_t since = 0;
    uint32_t used = atomic_load(&condition->used);

    for (uint32_t i = 0; i < used; i++) {
        mp__waiter_t *waiter = &condition->waiters[i];
        uint32_t seen = atomic_load(&waiter->state);
        if (seen == 0 || (seen & MP__NOTIFIED) != 0) {
            continue;
        }
        if (mp__member_dead(seen, false)) {
            (void) atomic_compare_exchange_strong(&waiter->state, &seen, 0);
            continue;
        }
        uint32_t its = atomic_load(&waiter->since);
        if (found == NULL || (int32_t) (its - since) < 0) {
            found = waiter;
            since = its;
            *state = seen;
        }
    }
    return found;
}

// One whose time is over at this moment is not waiting any more.
void mp__condition_notify(mp_condition_t *condition, uint32_t count)
{
    while (count > 0) {
        uint32_t state = 0;
        mp__waiter_t *waiter = longest(condition, &state);
        if (waiter == NULL) {
            return;
        }
        if (atomic_compare_exchange_strong(&waiter->state, &state,
                                           state | MP__NOTIFIED)) {
            mp_plat_wake(&waiter->state, 1);
            count--;
        }
    }
}

// Whoever waits now is told; nobody can begin to, as the caller holds the lock.
void mp__condition_notify_all(mp_condition_t *condition)
{
    uint32_t used = atomic_load(&condition->used);

    for (uint32_t i = 0; i < used; i++) {
        mp_word_t *state = &condition->waiters[i].state;
        uint32_t seen = atomic_load(state);
        if (seen != 0 && (seen & MP__NOTIFIED) == 0 &&
            atomic_compare_exchange_strong(state, &seen, seen | MP__NOTIFIED)) {
            mp_plat_wake(state, 1);
        }
    }
}

// ---- entering ----

// A notification of the dead that nobody has taken over goes to who waits now.
static bool clear(mp_condition_t *condition, mp__waiter_t *waiter, bool look)
{
    uint32_t seen = atomic_load(&waiter->state);

    if (seen == 0) {
        return true;
    }
    if (!mp__member_dead(seen & MP__TOKEN_MASK, look)) {
        return false;
    }
    if ((seen & MP__NOTIFIED) != 0) {
        mp__condition_notify(condition, 1);
    }
    return atomic_compare_exchange_strong(&waiter->state, &seen, 0);
}

static bool enter(mp_condition_t *condition, uint32_t index, uint32_t token)
{
    mp__waiter_t *waiter = &condition->waiters[index];
    uint32_t none = 0;

    if (!atomic_compare_exchange_strong(&waiter->state, &none, token)) {
        return false;
    }
    atomic_store(&waiter->since, atomic_fetch_add(&condition->clock, 1));
    uint32_t used = atomic_load(&condition->used);
    while (used <= index &&
           !atomic_compare_exchange_weak(&condition->used, &used, index + 1)) {
    }
    return true;
}

int mp__condition_enlist(mp_condition_t *condition, uint32_t token,
                         mp__waiter_t **out)
{
    for (int look = 0; look < 2; look++) {
        for (uint32_t i = 0; i < condition->most; i++) {
            if (clear(condition, &condition->waiters[i], look != 0) &&
                enter(condition, i, token)) {
                *out = &condition->waiters[i];
                return 0;
            }
        }
    }
    return mp__fail(MP_ENOSPC, 0,
                    "%u wait already, which is what the condition has room for",
                    condition->most);
}

// ---- waiting ----

// This one has an entry that was notified, and leaves its own. If that was
// notified, too, there is one notification for another.
static void leave(mp_condition_t *condition, mp__waiter_t *waiter,
                  uint32_t token)
{
    if (!atomic_compare_exchange_strong(&waiter->state, &token, 0)) {
        mp__condition_notify(condition, 1);
        atomic_store(&waiter->state, 0);
    }
}

// Takes the notification of one who is dead, if there is any: looks at some of
// the entries, from `at` on, where the next call goes on. The entry carries
// this one's name from then on, and if this one dies, the next takes it.
static bool take_over(mp_condition_t *condition, mp__waiter_t **waiter,
                      uint32_t token, uint32_t *at)
{
    uint32_t used = atomic_load(&condition->used);

    for (uint32_t i = 0, looks = 0; i < used && looks < LOOKS; i++) {
        *at = *at + 1 >= used ? 0 : *at + 1;
        mp__waiter_t *other = &condition->waiters[*at];
        uint32_t seen = atomic_load(&other->state);
        if ((seen & MP__NOTIFIED) == 0) {
            continue;
        }
        looks++;
        if (mp__member_dead(seen & MP__TOKEN_MASK, true) &&
            atomic_compare_exchange_strong(&other->state, &seen,
                                           token | MP__NOTIFIED)) {
            leave(condition, *waiter, token);
            *waiter = other;
            return true;
        }
    }
    return false;
}

static bool is_notified(mp__waiter_t *waiter)
{
    return (atomic_load(&waiter->state) & MP__NOTIFIED) != 0;
}

static bool spin(mp__waiter_t *waiter)
{
    mp__pause_t pause = MP__PAUSE_NEW;

    while (mp__pause(&pause)) {
        if (is_notified(waiter)) {
            return true;
        }
    }
    return false;
}

// Whoever gives up looks, too: those who wait for short times only, again and
// again, would never.
bool mp__condition_sleep(mp_condition_t *condition, mp__waiter_t **waiter,
                         uint32_t token, int64_t deadline)
{
    uint32_t at = (uint32_t) (*waiter - condition->waiters);
    mp__nap_t nap = MP__NAP_LONG;
    bool look = false;

    if (deadline != MP_PLAT_AT_ONCE && spin(*waiter)) {
        return true;
    }
    while (!is_notified(*waiter)) {
        int64_t now = mp_plat_now();
        uint32_t mine = token;
        if ((look || now >= deadline) &&
            take_over(condition, waiter, token, &at)) {
            return true;
        }
        if (now >= deadline) {
            return !atomic_compare_exchange_strong(&(*waiter)->state, &mine, 0);
        }
        mp_plat_sleep(&(*waiter)->state, token, mp__nap_until(&nap, deadline));
        look = mp__nap_over(&nap, deadline);
    }
    return true;
}
