// SPDX-License-Identifier: Apache-2.0
// Conditions, killed at every step.
#define _GNU_SOURCE // fork
#include "tests/stress/step.h"

#include <sys/wait.h>
#include <unistd.h>

#include <multiprocessing.h>

#include "core/condition.h"
#include "platform/platform.h"

#define ENTRIES 3 // that are looked at

static mp_condition_t *condition;

static void make(void)
{
    if (mp_condition_create(&condition, NULL) < 0) {
        condition = NULL;
    }
}

static void destroy(void)
{
    mp_condition_destroy(condition);
    condition = NULL;
}

// ---- the victim ----

static void await(void)
{
    (void) mp_condition_acquire(condition, MP_FOREVER);
    (void) mp_condition_wait(condition, MP_FOREVER);
    (void) mp_condition_release(condition);
}

static void notify(void)
{
    (void) mp_condition_acquire(condition, MP_FOREVER);
    (void) mp_condition_notify(condition, 1);
    (void) mp_condition_release(condition);
}

static void notify_all(void)
{
    (void) mp_condition_acquire(condition, MP_FOREVER);
    (void) mp_condition_notify_all(condition);
    (void) mp_condition_release(condition);
}

// ---- the others ----

static int listed(void)
{
    int count = 0;

    for (int i = 0; i < ENTRIES; i++) {
        count += atomic_load(&condition->waiters[i].state) != 0;
    }
    return count;
}

static bool is_one_listed(void)
{
    return listed() > 0;
}

static bool is_over(void)
{
    return atomic_load(&step_page->go_on) != 0;
}

static int be_told(void)
{
    if (mp_condition_acquire(condition, MP_FOREVER) < 0 ||
        mp_condition_wait(condition, MP_FOREVER) < 0) {
        return 1;
    }
    atomic_store(&step_page->got, 1);
    return mp_condition_release(condition) == 0 ? 0 : 2;
}

static int tell(int waiters)
{
    while (listed() < waiters && !is_over()) {
        mp_plat_yield();
    }
    if (mp_condition_acquire(condition, MP_FOREVER) < 0 ||
        mp_condition_notify(condition, 1) < 0) {
        return 3;
    }
    return mp_condition_release(condition) == 0 ? 0 : 4;
}

static int tell_victim(void)
{
    return tell(1);
}

// The victim waits longest and is told; if it dies the other one is.
static int tell_one_of_two(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        while (!is_one_listed() && !is_over()) {
            mp_plat_yield();
        }
        _exit(be_told());
    }
    int r = tell(2);
    return waitpid(pid, &status, 0) == pid && status == 0 ? r : 5;
}

// ---- what holds ----

static const char *check_lock(void)
{
    if (mp_condition_acquire(condition, STEP_LIMIT_MS) < 0 ||
        mp_condition_release(condition) < 0) {
        return "the lock of the condition cannot be acquired";
    }
    return NULL;
}

static bool is_under_way(void)
{
    for (int i = 0; i < ENTRIES; i++) {
        if ((atomic_load(&condition->waiters[i].state) & MP__NOTIFIED) != 0) {
            return true;
        }
    }
    return false;
}

// A notification that was sent when the victim died must reach who waits; where
// none was, or the victim has used it up, that one is told here.
static const char *check_told(void)
{
    bool sent = false;
    int64_t from = mp_plat_now();

    while (atomic_load(&step_page->got) == 0) {
        if (mp_condition_acquire(condition, STEP_LIMIT_MS) < 0) {
            return "the lock of the condition cannot be acquired";
        }
        sent |= is_under_way();
        if (!sent && is_one_listed()) {
            (void) mp_condition_notify(condition, 1);
        }
        (void) mp_condition_release(condition);
        if (step_is_late(from)) {
            return "a notification was lost";
        }
        mp_plat_yield();
    }
    return check_lock();
}

const step_op_t step_condition_ops[] = {
    {.name = "waits for a condition",
     .setup = make,
     .run = await,
     .help = tell_victim,
     .check = check_lock,
     .clear = destroy},
    {.name = "waits for a condition before another",
     .setup = make,
     .run = await,
     .help = tell_one_of_two,
     .check = check_told,
     .clear = destroy},
    {.name = "notifies one who waits",
     .setup = make,
     .run = notify,
     .help = be_told,
     .ready = is_one_listed,
     .check = check_told,
     .clear = destroy},
    {.name = "notifies all who wait",
     .setup = make,
     .run = notify_all,
     .help = be_told,
     .ready = is_one_listed,
     .check = check_told,
     .clear = destroy},
};
const size_t step_condition_count = STEP_COUNT(step_condition_ops);
