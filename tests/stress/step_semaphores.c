// SPDX-License-Identifier: Apache-2.0
// Semaphores, killed at every step.
#include "tests/stress/step.h"

#include <multiprocessing.h>

#include "core/semaphore.h"
#include "platform/platform.h"

enum { HELD = 1, RELEASED = 2 }; // what the third process tells

static mp_semaphore_t *semaphore;
static int units;

static void make(int value, bool owned)
{
    mp_semaphore_options_t options = {.owned = owned};

    units = value;
    if (mp_semaphore_create(&semaphore, value, &options) < 0) {
        semaphore = NULL;
    }
}

static void make_one(void)
{
    make(1, false);
}

static void make_two(void)
{
    make(2, false);
}

static void make_owned(void)
{
    make(1, true);
}

static void destroy(void)
{
    mp_semaphore_destroy(semaphore);
    semaphore = NULL;
}

static void acquire(void)
{
    (void) mp_semaphore_acquire(semaphore, MP_FOREVER);
}

static void release(void)
{
    (void) mp_semaphore_release(semaphore);
}

static void use(void)
{
    acquire();
    release();
}

static void make_dead_ones(void)
{
    make_owned();
    step_dead_child(acquire);
}

static bool has_sleeper(void)
{
    return (atomic_load(&semaphore->word) & MP__WORD_WAITERS) != 0;
}

static bool is_ready(void)
{
    return atomic_load(&step_page->ready) != 0;
}

// ---- the third process ----

static int wait_and_release(void)
{
    int r = mp_semaphore_acquire(semaphore, MP_FOREVER);

    atomic_store(&step_page->got, 1);
    return r >= 0 && mp_semaphore_release(semaphore) == 0 ? 0 : 1;
}

static int wait_at_once(void)
{
    atomic_store(&step_page->ready, RELEASED);
    return wait_and_release();
}

// Once the victim sleeps it gets the unit, or may have it; this one wants it,
// too.
static int hold_until_wanted(void)
{
    if (mp_semaphore_acquire(semaphore, 0) != 0) {
        return 2;
    }
    atomic_store(&step_page->ready, HELD);
    while (!has_sleeper() && atomic_load(&step_page->go_on) == 0) {
        mp_plat_yield();
    }
    if (mp_semaphore_release(semaphore) < 0) {
        return 3;
    }
    atomic_store(&step_page->ready, RELEASED);
    return wait_and_release();
}

// ---- what holds ----

// At most one unit is gone, and what there is can be had.
static const char *check_count(void)
{
    int value = mp_semaphore_value(semaphore);

    if (value < units - 1 || value > units) {
        return "the count is wrong";
    }
    for (int i = 0; i < value; i++) {
        if (mp_semaphore_acquire(semaphore, 0) != 0) {
            return "a unit cannot be acquired";
        }
    }
    return mp_semaphore_acquire(semaphore, 0) == MP_ETIMEDOUT
               ? NULL
               : "there is a unit too many";
}

// The unit of the dead is given back once it is gone; one that is there must be
// found by who waits.
static const char *check_waiter(void)
{
    bool given = false;
    int64_t from = mp_plat_now();

    while (atomic_load(&step_page->got) == 0) {
        if (!given && atomic_load(&step_page->ready) == RELEASED &&
            mp_semaphore_value(semaphore) == 0) {
            given = mp_semaphore_release(semaphore) == 0;
        }
        if (step_is_late(from)) {
            return "who waits for a unit was forgotten";
        }
        mp_plat_yield();
    }
    return mp_semaphore_value(semaphore) <= 2 ? NULL : "the count is wrong";
}

static const char *check_owned(void)
{
    for (int i = 0; i < units; i++) {
        if (mp_semaphore_acquire(semaphore, STEP_LIMIT_MS) < 0) {
            return "a unit did not come back";
        }
    }
    if (mp_semaphore_acquire(semaphore, 0) != MP_ETIMEDOUT) {
        return "there is a unit too many";
    }
    return mp_semaphore_release_many(semaphore, units) == 0
               ? NULL
               : "the units cannot be released";
}

const step_op_t step_semaphore_ops[] = {
    {.name = "acquires and releases a semaphore",
     .setup = make_two,
     .run = use,
     .check = check_count,
     .clear = destroy},
    {.name = "waits for a semaphore of another",
     .setup = make_one,
     .run = use,
     .help = hold_until_wanted,
     .ready = is_ready,
     .check = check_waiter,
     .clear = destroy},
    {.name = "releases a semaphore that another waits for",
     .setup = make_one,
     .prepare = acquire,
     .run = release,
     .help = wait_at_once,
     .ready = has_sleeper,
     .check = check_waiter,
     .clear = destroy,
     .slow = true},
    {.name = "acquires and releases an owned unit",
     .setup = make_owned,
     .run = use,
     .check = check_owned,
     .clear = destroy},
    {.name = "waits for an owned unit of another",
     .setup = make_owned,
     .run = use,
     .help = hold_until_wanted,
     .ready = is_ready,
     .check = check_owned,
     .clear = destroy,
     .slow = true},
    {.name = "releases an owned unit that another waits for",
     .setup = make_owned,
     .prepare = acquire,
     .run = release,
     .help = wait_at_once,
     .ready = has_sleeper,
     .check = check_owned,
     .clear = destroy,
     .slow = true},
    {.name = "takes the owned unit of a dead one",
     .setup = make_dead_ones,
     .run = use,
     .check = check_owned,
     .clear = destroy},
};
const size_t step_semaphore_count = STEP_COUNT(step_semaphore_ops);
