// SPDX-License-Identifier: Apache-2.0
// Locks, killed at every step.
#include "tests/stress/step.h"

#include <multiprocessing.h>

#include "core/lock.h"
#include "platform/platform.h"

mp_lock_t *step_lock;
static mp_rlock_t *rlock;

void step_make_lock(void)
{
    if (mp_lock_create(&step_lock) < 0) {
        step_lock = NULL;
    }
}

void step_destroy_lock(void)
{
    mp_lock_destroy(step_lock);
    step_lock = NULL;
}

static void acquire_lock(void)
{
    (void) mp_lock_acquire(step_lock, MP_FOREVER);
}

static void use_lock(void)
{
    (void) mp_lock_acquire(step_lock, MP_FOREVER);
    (void) mp_lock_release(step_lock);
}

static void release_lock(void)
{
    (void) mp_lock_release(step_lock);
}

// Anybody gets it, with the remark or without, and next time without.
static const char *check_lock(void)
{
    if (mp_lock_acquire(step_lock, STEP_LIMIT_MS) < 0) {
        return "the lock cannot be acquired";
    }
    if (mp_lock_release(step_lock) < 0 || mp_lock_acquire(step_lock, 0) != 0 ||
        mp_lock_release(step_lock) < 0 || mp_lock_locked(step_lock)) {
        return "the lock was not repaired";
    }
    return NULL;
}

static bool has_sleeper(void)
{
    return (atomic_load(&step_lock->word) & MP__WORD_WAITERS) != 0;
}

static bool is_ready(void)
{
    return atomic_load(&step_page->ready) != 0;
}

// Holds the lock until somebody sleeps on it.
static int hold_until_wanted(void)
{
    if (mp_lock_acquire(step_lock, 0) != 0) {
        return 1;
    }
    atomic_store(&step_page->ready, 1);
    while (!has_sleeper() && atomic_load(&step_page->go_on) == 0) {
        mp_plat_yield();
    }
    return mp_lock_release(step_lock) == 0 ? 0 : 2;
}

static int wait_for_lock(void)
{
    if (mp_lock_acquire(step_lock, MP_FOREVER) < 0) {
        return 1;
    }
    return mp_lock_release(step_lock) == 0 ? 0 : 2;
}

// ---- recursive ----

static void make_rlock(void)
{
    if (mp_rlock_create(&rlock) < 0) {
        rlock = NULL;
    }
}

static void destroy_rlock(void)
{
    mp_rlock_destroy(rlock);
    rlock = NULL;
}

static void use_rlock(void)
{
    (void) mp_rlock_acquire(rlock, MP_FOREVER);
    (void) mp_rlock_acquire(rlock, MP_FOREVER);
    (void) mp_rlock_release(rlock);
    (void) mp_rlock_release(rlock);
}

static const char *check_rlock(void)
{
    if (mp_rlock_acquire(rlock, STEP_LIMIT_MS) < 0) {
        return "the lock cannot be acquired";
    }
    if (mp_rlock_acquire(rlock, 0) != 0 || mp_rlock_release(rlock) < 0 ||
        mp_rlock_release(rlock) < 0 || mp_rlock_locked(rlock)) {
        return "the lock was not repaired";
    }
    return NULL;
}

const step_op_t step_lock_ops[] = {
    {.name = "acquires and releases a lock",
     .setup = step_make_lock,
     .run = use_lock,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "waits for a lock of another",
     .setup = step_make_lock,
     .run = use_lock,
     .help = hold_until_wanted,
     .ready = is_ready,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "releases a lock that another waits for",
     .setup = step_make_lock,
     .prepare = acquire_lock,
     .run = release_lock,
     .help = wait_for_lock,
     .ready = has_sleeper,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "acquires a recursive lock twice",
     .setup = make_rlock,
     .run = use_rlock,
     .check = check_rlock,
     .clear = destroy_rlock},
};
const size_t step_lock_count = STEP_COUNT(step_lock_ops);
