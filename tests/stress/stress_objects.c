// SPDX-License-Identifier: Apache-2.0
// Objects of each kind that come and go with processes that are killed.
#include "tests/stress/stress.h"

#define UNITS_MOST 2000 // of an owned semaphore: it lies in a block

static int come_and_go(stress_page_t *page, uint64_t *random)
{
    mp_semaphore_options_t owned = {.owned = true};
    mp_condition_options_t with_lock = {0};
    mp_semaphore_t *semaphore = NULL;
    mp_event_t *event = NULL;
    mp_condition_t *condition = NULL;
    mp_barrier_t *barrier = NULL;
    int number = 1 + (int) stress_random(random, UNITS_MOST);

    (void) page;
    with_lock.lock = stress_lock;
    with_lock.max_waiters = number;
    if (mp_semaphore_create(&semaphore, number, &owned) < 0 ||
        mp_event_create(&event) < 0 ||
        mp_condition_create(&condition, &with_lock) < 0 ||
        mp_barrier_create(&barrier, number, NULL) < 0) {
        return 1;
    }
    mp_semaphore_destroy(semaphore);
    mp_event_destroy(event);
    mp_condition_destroy(condition);
    mp_barrier_destroy(barrier);
    return 0;
}

const stress_row_t stress_object_rows[] = {
    {"make and destroy objects", stress_make_lock, stress_open_lock,
     come_and_go, NULL, stress_destroy_lock, NULL, NULL},
};
const size_t stress_object_count = STRESS_COUNT(stress_object_rows);
