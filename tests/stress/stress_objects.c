// SPDX-License-Identifier: Apache-2.0
// Objects of each kind that come and go with processes that are killed.
#include "tests/stress/stress.h"

#define COUNT(row) (sizeof(row) / sizeof((row)[0]))
#define UNITS_MOST 2000 // of an owned semaphore: it lies in a block

static mp_lock_t *lock;

static bool make_lock(stress_page_t *page)
{
    if (mp_lock_create(&lock) < 0) {
        return false;
    }
    stress_publish(page, 0, lock);
    return true;
}

static bool open_lock(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_LOCK, &lock);
}

static void destroy_lock(stress_page_t *page)
{
    (void) page;
    mp_lock_destroy(lock);
}

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
    with_lock.lock = lock;
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
    {"make and destroy objects", make_lock, open_lock, come_and_go, NULL,
     destroy_lock, NULL},
};
const size_t stress_object_count = COUNT(stress_object_rows);
