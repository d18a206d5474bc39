// SPDX-License-Identifier: Apache-2.0
// A barrier goes round by round. Who comes takes the first place that nobody
// has in this round, by writing round and token into it; so nothing is ever
// taken back, and the one who takes the last place knows that all have come.
// How a round ended is decided by one exchange of the state. Those that were
// broken are recorded, for who learns of it late.
#include "core/barrier.h"

#include <limits.h>

#include "core/options.h"
#include "core/pause.h"
#include "core/start.h"
#include "core/turn.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define LOOKS 8 // at others, at a time: each asks the system

// The state: the round, and two flags.
#define BROKEN UINT64_C(1)
#define RUNNING UINT64_C(2) // the action
#define ROUND_SHIFT 2

enum { PENDING = 1 }; // beside 0 and MP_EBROKEN

static uint64_t round_of(uint64_t state)
{
    return state >> ROUND_SHIFT;
}

static uint64_t next_round(uint64_t state)
{
    return (round_of(state) + 1) << ROUND_SHIFT;
}

// ---- rounds that were broken, for those who look when there is a later one
// ----

static _Atomic uint64_t *record_of(mp_barrier_t *barrier, uint64_t round)
{
    return &barrier->broken[round % MP__BROKEN_ROUNDS];
}

static void record(mp_barrier_t *barrier, uint64_t round)
{
    _Atomic uint64_t *entry = record_of(barrier, round);
    uint64_t seen = atomic_load(entry);

    while (seen < round && !atomic_compare_exchange_weak(entry, &seen, round)) {
    }
}

// What became of a round, if `state` was loaded after it began. A later broken
// one may have its record: then it counts as broken, too.
static int outcome(mp_barrier_t *barrier, uint64_t state, uint64_t round)
{
    if (round_of(state) == round) {
        return (state & BROKEN) != 0 ? MP_EBROKEN : PENDING;
    }
    return atomic_load(record_of(barrier, round)) < round ? 0 : MP_EBROKEN;
}

static int outcome_now(mp_barrier_t *barrier, uint64_t round)
{
    return outcome(barrier, atomic_load(&barrier->state), round);
}

static int broken(const char *why)
{
    return mp__fail(MP_EBROKEN, 0, "the barrier is broken: %s", why);
}

static int broken_by_others(void)
{
    return broken("a party was missing, has ended or gave up, or the action "
                  "failed");
}

static void wake_all(mp_barrier_t *barrier)
{
    mp__turn_next(&barrier->turn, INT_MAX);
}

// Breaks this round, unless it is over; or, too, unless the action runs.
// Whether this call did it.
static bool break_round(mp_barrier_t *barrier, uint64_t round, uint64_t unless)
{
    uint64_t state = atomic_load(&barrier->state);

    do {
        if (outcome(barrier, state, round) != PENDING ||
            (state & unless) != 0) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&barrier->state, &state,
                                           (state | BROKEN) & ~RUNNING));
    wake_all(barrier);
    return true;
}

// ---- coming ----

enum { FULL = -1, STALE = -2 };

// The place that this one takes; FULL: the round has its parties, STALE: it is
// over.
static int take_place(mp_barrier_t *barrier, uint32_t token, uint64_t round)
{
    uint32_t low = (uint32_t) round; // what a place has room for
    uint64_t mine = (uint64_t) token << 32 | low;

    for (uint32_t i = 0; i < barrier->parties; i++) {
        uint64_t seen = atomic_load(&barrier->places[i]);
        while ((uint32_t) seen != low) {
            if ((int32_t) ((uint32_t) seen - low) > 0 &&
                mp__barrier_round(barrier) != round) {
                return STALE;
            }
            if (atomic_compare_exchange_strong(&barrier->places[i], &seen,
                                               mine)) {
                return (int) i;
            }
        }
    }
    return FULL;
}

// Whether the party in this place is found dead.
static bool is_dead(const mp_barrier_t *barrier, uint32_t place, uint64_t round)
{
    uint64_t seen = atomic_load(&barrier->places[place]);

    return (uint32_t) seen == (uint32_t) round &&
           mp__member_dead((uint32_t) (seen >> 32), true);
}

// ---- waiting ----

// Looks at the next ones in the ring of places, so that each is looked at by
// several others, whatever state those are in. `at` is where the next call goes
// on.
static void look_at_others(mp_barrier_t *barrier, uint64_t round, uint32_t *at)
{
    for (uint32_t i = 0; i < LOOKS && i < barrier->parties; i++) {
        *at = *at + 1 >= barrier->parties ? 0 : *at + 1;
        if (is_dead(barrier, *at, round)) {
            (void) break_round(barrier, round, 0);
            return;
        }
    }
}

static int spin(mp_barrier_t *barrier, uint64_t round)
{
    mp__pause_t pause = MP__PAUSE_NEW;
    int r = PENDING;

    while (r == PENDING && mp__pause(&pause)) {
        r = outcome_now(barrier, round);
    }
    return r;
}

// Waits for the end of a round, looking at others from place `at` on. Once its
// time is over, `give_up` is asked: whether to wait on.
static int await(mp_barrier_t *barrier, uint64_t round, uint32_t at,
                 int64_t deadline, int (*give_up)(mp_barrier_t *, uint64_t))
{
    mp__nap_t nap = MP__NAP_LONG;
    bool look = false;
    int r = deadline == MP_PLAT_AT_ONCE ? PENDING : spin(barrier, round);

    while (r == PENDING) {
        uint32_t seen = mp__turn_announce(&barrier->turn);
        r = outcome_now(barrier, round);
        if (r == PENDING && mp_plat_now() >= deadline) {
            deadline = MP_PLAT_NEVER;
            r = give_up(barrier, round);
        }
        if (r == PENDING && look) {
            look_at_others(barrier, round, &at);
        }
        if (r == PENDING) {
            look = mp__turn_sleep(&barrier->turn, seen, &nap, deadline);
        }
    }
    return r;
}

// A party that does not wait on breaks the round for all, unless all have come.
static int give_up_party(mp_barrier_t *barrier, uint64_t round)
{
    return break_round(barrier, round, RUNNING) ? MP_ETIMEDOUT : PENDING;
}

// One that has no place in the round breaks nothing.
static int give_up_guest(mp_barrier_t *barrier, uint64_t round)
{
    (void) barrier;
    (void) round;
    return MP_ETIMEDOUT;
}

static int await_party(mp_barrier_t *barrier, uint64_t round, uint32_t place,
                       int64_t deadline)
{
    int r = await(barrier, round, place, deadline, give_up_party);

    if (r == MP_ETIMEDOUT) {
        return broken("not all parties came in time");
    }
    return r == MP_EBROKEN ? broken_by_others() : r;
}

// ---- the last one ----

// Moves the state on from this round, if it is neither broken nor over.
static bool change(mp_barrier_t *barrier, uint64_t round,
                   uint64_t (*changed)(uint64_t))
{
    uint64_t state = atomic_load(&barrier->state);

    do {
        if (outcome(barrier, state, round) != PENDING) {
            return false;
        }
    } while (
        !atomic_compare_exchange_weak(&barrier->state, &state, changed(state)));
    return true;
}

static uint64_t begin_action(uint64_t state)
{
    return state | RUNNING;
}

static uint64_t end_well(uint64_t state)
{
    return next_round(state);
}

static int lead(mp_barrier_t *barrier, uint64_t round,
                const mp__action_t *action)
{
    if (action->run != NULL) {
        if (!change(barrier, round, begin_action)) {
            return broken_by_others();
        }
        int said = action->run(action->argument);
        if (said != 0) {
            (void) break_round(barrier, round, 0);
            return mp__fail(MP_EBROKEN, 0, "the barrier's action returned %d",
                            said);
        }
    }
    if (!change(barrier, round, end_well)) {
        return broken_by_others();
    }
    wake_all(barrier);
    return 0;
}

// ---- all of it ----

int mp__barrier_wait(mp_barrier_t *barrier, int64_t deadline,
                     const mp__action_t *action, int *index)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    for (;;) {
        uint64_t state = atomic_load(&barrier->state);
        uint64_t round = round_of(state);
        if ((state & BROKEN) != 0) {
            return broken_by_others();
        }
        int place = take_place(barrier, token, round);
        if (place >= 0) {
            *index = place;
            return place == (int) barrier->parties - 1
                       ? lead(barrier, round, action)
                       : await_party(barrier, round, (uint32_t) place,
                                     deadline);
        }
        if (place == FULL && await(barrier, round, barrier->parties - 2,
                                   deadline, give_up_guest) == MP_ETIMEDOUT) {
            return mp__fail(MP_ETIMEDOUT, 0,
                            "the parties before were not through in time");
        }
    }
}

void mp__barrier_abort(mp_barrier_t *barrier)
{
    uint64_t state = atomic_load(&barrier->state);

    while ((state & BROKEN) == 0 && !break_round(barrier, round_of(state), 0)) {
        state = atomic_load(&barrier->state);
    }
}

// A round that nobody has come to stays. Any other is broken first: it is
// recorded as that before the next one begins.
void mp__barrier_reset(mp_barrier_t *barrier)
{
    uint64_t state = atomic_load(&barrier->state);
    uint64_t round = round_of(state);

    if ((state & BROKEN) == 0 && mp__barrier_come(barrier, round) == 0) {
        return;
    }
    (void) break_round(barrier, round, 0);
    state = atomic_load(&barrier->state);
    if (state == (round << ROUND_SHIFT | BROKEN)) {
        record(barrier, round);
        (void) atomic_compare_exchange_strong(&barrier->state, &state,
                                              next_round(state));
    }
}

bool mp__barrier_is_broken(const mp_barrier_t *barrier)
{
    return (atomic_load(&barrier->state) & BROKEN) != 0;
}

uint32_t mp__barrier_come(const mp_barrier_t *barrier, uint64_t round)
{
    uint32_t count = 0;

    while (count < barrier->parties &&
           (uint32_t) atomic_load(&barrier->places[count]) ==
               (uint32_t) round) {
        count++;
    }
    return count;
}

uint64_t mp__barrier_round(const mp_barrier_t *barrier)
{
    return round_of(atomic_load(&barrier->state));
}

void mp__barrier_begin(mp_barrier_t *barrier)
{
    atomic_store(&barrier->state, UINT64_C(1) << ROUND_SHIFT);
}
