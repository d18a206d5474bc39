// SPDX-License-Identifier: Apache-2.0
// Objects of each kind that are made, destroyed and held over a fork, and locks
// in blocks, killed at every step.
#define _GNU_SOURCE // fork
#include "tests/stress/step.h"

#include <unistd.h>

#include <multiprocessing.h>

#define MANY 2000 // units and parties, which lie in a block

// ---- making ----

static void make_semaphores(void)
{
    mp_semaphore_options_t owned = {.owned = true};
    mp_semaphore_t *semaphore = NULL;

    (void) mp_semaphore_create(&semaphore, 1, NULL);
    mp_semaphore_destroy(semaphore);
    (void) mp_semaphore_create(&semaphore, MANY, &owned);
    mp_semaphore_destroy(semaphore);
}

static void make_event(void)
{
    mp_event_t *event = NULL;

    (void) mp_event_create(&event);
    mp_event_destroy(event);
}

static void make_condition(void)
{
    mp_condition_options_t options = {.max_waiters = 2};
    mp_condition_t *condition = NULL;

    options.lock = step_lock;
    (void) mp_condition_create(&condition, &options);
    mp_condition_destroy(condition);
}

static void make_barrier(void)
{
    mp_barrier_t *barrier = NULL;

    (void) mp_barrier_create(&barrier, 2, NULL);
    mp_barrier_destroy(barrier);
}

static void make_blocks(void)
{
    void *memory = NULL;

    (void) mp_shared_alloc(&memory, 8);
    (void) mp_shared_free(memory);
    (void) mp_shared_alloc(&memory, MANY * sizeof(uint64_t));
    (void) mp_shared_free(memory);
}

static const char *others_make(void)
{
    make_semaphores();
    make_event();
    make_condition();
    make_barrier();
    make_blocks();
    if (mp_lock_acquire(step_lock, 0) != 0 || mp_lock_release(step_lock) != 0) {
        return "a lock of others is gone";
    }
    return NULL;
}

// ---- a lock in a block ----

static mp_raw_lock_t *raw;

static void make_raw(void)
{
    void *memory = NULL;

    (void) mp_shared_alloc(&memory, sizeof(*raw));
    raw = memory;
}

static void free_raw(void)
{
    (void) mp_shared_free(raw);
}

static void use_raw(void)
{
    (void) mp_raw_lock_acquire(raw, MP_FOREVER);
    (void) mp_raw_lock_release(raw);
}

static const char *check_raw(void)
{
    if (mp_raw_lock_acquire(raw, STEP_LIMIT_MS) < 0) {
        return "the lock cannot be acquired";
    }
    return mp_raw_lock_release(raw) == 0 && mp_raw_lock_acquire(raw, 0) == 0 &&
                   mp_raw_lock_release(raw) == 0 && !mp_raw_lock_locked(raw)
               ? NULL
               : "the lock was not repaired";
}

// ---- a fork ----

static mp_semaphore_t *semaphore;

static void make_lock_and_unit(void)
{
    mp_semaphore_options_t owned = {.owned = true};

    step_make_lock();
    (void) mp_semaphore_create(&semaphore, 1, &owned);
}

static void destroy_both(void)
{
    mp_semaphore_destroy(semaphore);
    step_destroy_lock();
}

// One condition is its own, and goes with it.
static void hold_much(void)
{
    mp_condition_options_t options = {0};
    mp_condition_t *condition = NULL;

    options.lock = step_lock;
    (void) mp_condition_create(&condition, &options);
    (void) mp_lock_acquire(step_lock, MP_FOREVER);
    (void) mp_semaphore_acquire(semaphore, MP_FOREVER);
}

static void fork_a_child(void)
{
    if (fork() == 0) {
        _exit(0);
    }
}

// The child of the dead one has nothing of what that held.
static const char *check_both(void)
{
    return mp_lock_acquire(step_lock, STEP_LIMIT_MS) >= 0 &&
                   mp_lock_release(step_lock) == 0 &&
                   mp_semaphore_acquire(semaphore, STEP_LIMIT_MS) >= 0 &&
                   mp_semaphore_release(semaphore) == 0
               ? NULL
               : "what the dead one held did not come back";
}

#define MAKES(what, make)                                                      \
    {                                                                          \
        .name = "makes and destroys " what, .setup = step_make_lock,           \
        .prepare = (make), .run = (make), .check = others_make,                \
        .clear = step_destroy_lock                                             \
    }

const step_op_t step_object_ops[] = {
    MAKES("semaphores", make_semaphores),
    MAKES("an event", make_event),
    MAKES("a condition of a lock", make_condition),
    MAKES("a barrier", make_barrier),
    MAKES("blocks of its own", make_blocks),
    {.name = "uses a lock in a block",
     .setup = make_raw,
     .run = use_raw,
     .check = check_raw,
     .clear = free_raw},
    {.name = "forks with much in its hands",
     .setup = make_lock_and_unit,
     .prepare = hold_much,
     .run = fork_a_child,
     .check = check_both,
     .clear = destroy_both,
     .slow = true},
};
const size_t step_object_count = STEP_COUNT(step_object_ops);
