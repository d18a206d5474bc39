// SPDX-License-Identifier: Apache-2.0
// Locks whose holders and waiters are killed at random moments.
#include "tests/stress/stress.h"

#include <multiprocessing.h>

#include "platform/platform.h"

mp_lock_t *stress_lock;
static mp_rlock_t *rlock;

bool stress_make_lock(stress_page_t *page)
{
    if (mp_lock_create(&stress_lock) < 0) {
        return false;
    }
    stress_publish(page, 0, stress_lock);
    return true;
}

bool stress_open_lock(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_LOCK, &stress_lock);
}

void stress_destroy_lock(stress_page_t *page)
{
    (void) page;
    mp_lock_destroy(stress_lock);
    stress_lock = NULL;
}

static int use_lock(stress_page_t *page, uint64_t *random)
{
    int r = mp_lock_acquire(stress_lock, stress_timeout(random));

    if (r == MP_ETIMEDOUT) {
        return 0;
    }
    if (!stress_acquired(r)) {
        return 1;
    }
    if (!stress_change_pair(page, r == MP_OWNERDIED)) {
        return 2;
    }
    if (stress_random(random, 16) == 0) {
        mp_plat_yield();
    }
    return mp_lock_release(stress_lock) == 0 ? 0 : 3;
}

static const char *check_lock(stress_page_t *page)
{
    int r = mp_lock_acquire(stress_lock, STRESS_LIMIT_MS);

    if (!stress_acquired(r)) {
        return "the lock cannot be acquired";
    }
    if (!stress_change_pair(page, r == MP_OWNERDIED)) {
        return "two were in the critical section";
    }
    return mp_lock_release(stress_lock) == 0 ? NULL : "the lock was lost";
}

// ---- recursive ----

static bool make_rlock(stress_page_t *page)
{
    if (mp_rlock_create(&rlock) < 0) {
        return false;
    }
    stress_publish(page, 0, rlock);
    return true;
}

static bool open_rlock(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_RLOCK, &rlock);
}

static void destroy_rlock(stress_page_t *page)
{
    (void) page;
    mp_rlock_destroy(rlock);
}

static int use_rlock(stress_page_t *page, uint64_t *random)
{
    int r = mp_rlock_acquire(rlock, stress_timeout(random));

    if (r == MP_ETIMEDOUT) {
        return 0;
    }
    if (!stress_acquired(r)) {
        return 1;
    }
    if (mp_rlock_acquire(rlock, 0) != 0) {
        return 2;
    }
    if (!stress_change_pair(page, r == MP_OWNERDIED)) {
        return 3;
    }
    int once = mp_rlock_release(rlock);
    return once == 0 && mp_rlock_release(rlock) == 0 ? 0 : 4;
}

static const char *check_rlock(stress_page_t *page)
{
    int r = mp_rlock_acquire(rlock, STRESS_LIMIT_MS);

    if (!stress_acquired(r)) {
        return "the lock cannot be acquired";
    }
    if (!stress_change_pair(page, r == MP_OWNERDIED)) {
        return "two were in the critical section";
    }
    return mp_rlock_release(rlock) == 0 ? NULL : "the lock was lost";
}

const stress_row_t stress_lock_rows[] = {
    {"use one lock", stress_make_lock, stress_open_lock, use_lock, check_lock,
     stress_destroy_lock, NULL, NULL},
    {"use one recursive lock", make_rlock, open_rlock, use_rlock, check_rlock,
     destroy_rlock, NULL, NULL},
};
const size_t stress_lock_count = STRESS_COUNT(stress_lock_rows);
