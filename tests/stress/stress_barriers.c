// SPDX-License-Identifier: Apache-2.0
// A barrier whose parties are killed: each round breaks, or is completed.
#include "tests/stress/stress.h"

#include "platform/platform.h"

#define MS INT64_C(1000000)

static mp_barrier_t *barrier;

static bool make_barrier(stress_page_t *page)
{
    if (mp_barrier_create(&barrier, atomic_load(&page->count), NULL) < 0) {
        return false;
    }
    stress_publish(page, 0, barrier);
    return true;
}

static bool open_barrier(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_BARRIER, &barrier);
}

static void destroy_barrier(stress_page_t *page)
{
    (void) page;
    mp_barrier_destroy(barrier);
}

static int act(void *argument)
{
    (void) argument;
    mp_plat_yield();
    return 0;
}

// Whoever finds it broken repairs it. 0, or what is wrong.
static int come(int64_t timeout_ms, mp_barrier_action_fn action)
{
    int index = -1;
    int r = mp_barrier_wait_with(barrier, timeout_ms, action, NULL, &index);

    if (r == MP_EBROKEN) {
        return mp_barrier_broken(barrier) && mp_barrier_reset(barrier) < 0 ? 1
                                                                           : 0;
    }
    return r == 0 && index >= 0 && index < mp_barrier_parties(barrier) ? 0 : 2;
}

static int meet(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return come(MP_FOREVER, stress_random(random, 4) == 0 ? act : NULL);
}

// In the place of the dead.
static const char *come_too(stress_page_t *page)
{
    int64_t from = mp_plat_now();

    if (atomic_load(&page->stop) != 0) {
        return mp_barrier_abort(barrier) == 0 ? NULL : "it cannot be aborted";
    }
    if (come(STRESS_LIMIT_MS, NULL) != 0) {
        return "the barrier cannot be used";
    }
    return mp_plat_now() - from < STRESS_LIMIT_MS * MS
               ? NULL
               : "a round was neither completed nor broken";
}

const stress_row_t stress_barrier_rows[] = {
    {"meet at a barrier", make_barrier, open_barrier, meet, NULL,
     destroy_barrier, come_too, NULL},
};
const size_t stress_barrier_count = STRESS_COUNT(stress_barrier_rows);
