// SPDX-License-Identifier: Apache-2.0
// What others do about the dead, where it is not seen from outside. This test
// looks into core.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/lock.h"
#include "core/pages.h"

#define LIMIT_MS 1000

// Forks; the child does `run`, which gets the lock, and kills itself.
static void let_die(void (*run)(mp_lock_t *lock), mp_lock_t *lock)
{
    pid_t pid = fork();

    if (pid == 0) {
        run(lock);
        (void) raise(SIGKILL);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static mp_lock_t *new_lock(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    return lock;
}

static void acquire(mp_lock_t *lock)
{
    (void) mp_lock_acquire(lock, MP_FOREVER);
}

static void expect_whole(void)
{
    mp__census_t census;

    mp__members_recover(0);
    int r = mp__arena_check(&census, true);
    if (r < 0) {
        fail_msg("%s", mp_last_error()->message);
    }
}

// ---- waiting for the dead ----

static void on_tick(int number)
{
    (void) number;
}

static void a_waiter_that_signals_interrupt_finds_its_holder_dead(void)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 1000}, {0, 1000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    mp_lock_t *lock = new_lock();

    let_die(acquire, lock);
    (void) sigaction(SIGALRM, &action, NULL);
    (void) setitimer(ITIMER_REAL, &often, NULL);
    int64_t from = test_now_ms();
    int r = mp_lock_acquire(lock, 4 * LIMIT_MS);
    int64_t took = test_now_ms() - from;
    (void) setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(r, MP_OWNERDIED);
    assert_true(took < LIMIT_MS);
    assert_int_equal(mp_lock_release(lock), 0);
    mp_lock_destroy(lock);
    expect_whole();
}

static const struct test tests[] = {
    {"a waiter that signals interrupt finds its holder dead",
     a_waiter_that_signals_interrupt_finds_its_holder_dead, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("recovery", tests, sizeof(tests) / sizeof(tests[0]));
}
