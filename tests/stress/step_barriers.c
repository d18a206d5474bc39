// SPDX-License-Identifier: Apache-2.0
// A barrier of two parties, killed at every step.
#include "tests/stress/step.h"

#include <multiprocessing.h>

#include "platform/platform.h"
#include "platform/shared.h"

static mp_barrier_t *barrier;

static void make(void)
{
    if (mp_barrier_create(&barrier, 2, NULL) < 0) {
        barrier = NULL;
    }
}

static void destroy(void)
{
    mp_barrier_destroy(barrier);
    barrier = NULL;
}

static int act(void *argument)
{
    (void) argument;
    return 0;
}

static void come(void)
{
    (void) mp_barrier_wait(barrier, MP_FOREVER, NULL);
}

static void come_with_action(void)
{
    (void) mp_barrier_wait_with(barrier, MP_FOREVER, act, NULL, NULL);
}

static void break_and_reset(void)
{
    (void) mp_barrier_abort(barrier);
    (void) mp_barrier_reset(barrier);
}

static bool has_one(void)
{
    return mp_barrier_n_waiting(barrier) == 1;
}

static int wait_at_it(void)
{
    int r = mp_barrier_wait(barrier, MP_FOREVER, NULL);

    atomic_store(&step_page->got, 1);
    return r == 0 || r == MP_EBROKEN ? 0 : 1;
}

// Comes only where another one is.
static int come_second(void)
{
    while (!has_one()) {
        if (atomic_load(&step_page->go_on) != 0 && !has_one()) {
            atomic_store(&step_page->got, 1);
            return 0;
        }
        mp_plat_yield();
    }
    return wait_at_it();
}

// The round with the dead in it is completed or broken; where it has not come,
// this one comes in its place. Then the barrier is as good as new.
static const char *check(bool comes)
{
    int64_t from = mp_plat_now();

    while (atomic_load(&step_page->got) == 0) {
        if (comes && has_one()) {
            (void) mp_barrier_wait(barrier, STEP_LIMIT_MS, NULL);
        }
        if (step_is_late(from)) {
            return "a round was neither completed nor broken";
        }
        mp_plat_yield();
    }
    return mp_barrier_reset(barrier) == 0 && !mp_barrier_broken(barrier)
               ? NULL
               : "the barrier cannot be reset";
}

static const char *check_first(void)
{
    return check(false);
}

static const char *check_last(void)
{
    return check(true);
}

const step_op_t step_barrier_ops[] = {
    {.name = "comes first to a barrier",
     .setup = make,
     .run = come,
     .help = come_second,
     .check = check_first,
     .clear = destroy,
     .slow = true},
    {.name = "comes last to a barrier",
     .setup = make,
     .run = come,
     .help = wait_at_it,
     .ready = has_one,
     .check = check_last,
     .clear = destroy,
     .slow = true},
    {.name = "acts for all at a barrier",
     .setup = make,
     .run = come_with_action,
     .help = wait_at_it,
     .ready = has_one,
     .check = check_last,
     .clear = destroy,
     .slow = true},
    {.name = "breaks a barrier that another waits at",
     .setup = make,
     .run = break_and_reset,
     .help = wait_at_it,
     .ready = has_one,
     .check = check_last,
     .clear = destroy,
     .slow = true},
};
const size_t step_barrier_count = STEP_COUNT(step_barrier_ops);
