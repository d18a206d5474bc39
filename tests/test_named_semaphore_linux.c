// SPDX-License-Identifier: Apache-2.0
// Named semaphores on Linux: a process is killed at each system call that it
// makes, before it and behind it.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MOST 1000

static char name[32];
static mp_named_semaphore_t *semaphore; // forked children have it, too

static void choose_name(void)
{
    static unsigned number;

    (void) snprintf(name, sizeof(name), "step-%lld-%u",
                    (long long) test_own_pid(), number++);
}

// In a child.
static void be_stepped(int (*act)(void))
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0) {
        _exit(100);
    }
    _exit(act());
}

// Whether the child came to that stop; it is killed then.
static bool step(pid_t pid, int steps)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 100) {
        skip(); // nobody may trace here
    }
    for (int i = 0; i < steps; i++) {
        assert_true(WIFSTOPPED(status));
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            return false;
        }
    }
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return true;
}

static bool act_and_die(int (*act)(void), int steps)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        be_stepped(act);
    }
    return step(pid, steps);
}

static int do_nothing(void)
{
    return 0;
}

// The stops on the way from the first one to the end.
static int stops_without_acting(void)
{
    int steps = 1;

    while (act_and_die(do_nothing, steps)) {
        steps++;
    }
    return steps - 1;
}

// Runs `act` in children that are killed one stop later each, and `check` after
// each of them. The last one came to its end. At `calls` system calls of `act`
// it was killed, or more: before the call and behind it.
static void kill_at_every_call(void (*prepare)(void), int (*act)(void),
                               void (*check)(bool killed), int calls)
{
    int idle = stops_without_acting();
    bool killed = true;
    int deaths = 0;

    while (killed && deaths < STEPS_MOST) {
        prepare();
        killed = act_and_die(act, deaths + 1);
        check(killed);
        deaths += killed;
    }
    assert_false(killed);
    assert_true(deaths - idle >= 2 * calls);
}

// ---- names ----

static int make(void)
{
    mp_named_semaphore_options_t options = {.exclusive = true,
                                            .persistent = true};

    int r = mp_named_semaphore_create(&semaphore, name, 5, &options);
    return r < 0 ? -r : 0;
}

static void need_no_name(void)
{
    int r = mp_named_semaphore_unlink(name);
    assert_true(r == 0 || r == MP_ENOENT);
}

// There is none, or it is whole; and it can be removed and made.
static void check_name(bool killed)
{
    mp_named_semaphore_t *found = NULL;

    int r = mp_named_semaphore_open(&found, name);
    assert_true(r == 0 || (killed && r == MP_ENOENT));
    if (r == 0) {
        assert_int_equal(mp_named_semaphore_value(found), 5);
        assert_int_equal(mp_named_semaphore_unlink(name), 0);
        mp_named_semaphore_destroy(found);
    }
    assert_int_equal(make(), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

static void whoever_makes_a_name_may_be_killed_anywhere(void)
{
    choose_name();
    kill_at_every_call(need_no_name, make, check_name, 8);
}

static void need_name(void)
{
    assert_int_equal(make(), 0);
    mp_named_semaphore_destroy(semaphore);
}

static int remove_name(void)
{
    return -mp_named_semaphore_unlink(name);
}

static void check_removed(bool killed)
{
    if (killed) {
        check_name(killed);
    } else {
        assert_int_equal(mp_named_semaphore_unlink(name), MP_ENOENT);
    }
}

static void whoever_removes_a_name_may_be_killed_anywhere(void)
{
    choose_name();
    kill_at_every_call(need_name, remove_name, check_removed, 5);
}

static int sweep(void)
{
    return -mp_named_semaphore_sweep(NULL);
}

static void need_swept(void)
{
    mp_named_semaphore_t *made = NULL;

    assert_int_equal(mp_named_semaphore_create(&made, name, 5, NULL), 0);
    mp_named_semaphore_destroy(made);
}

static void check_swept(bool killed)
{
    if (killed) {
        check_name(killed);
    } else {
        assert_int_equal(mp_named_semaphore_unlink(name), MP_ENOENT);
    }
}

static void whoever_sweeps_may_be_killed_anywhere(void)
{
    choose_name();
    kill_at_every_call(need_swept, sweep, check_swept, 8);
}

// ---- units ----

static test_program_t waiter;

// Another program waits, asleep for all that can be seen from here.
static void need_waiter(void)
{
    char path[4096];
    char whole[48];
    mp_named_semaphore_t *ready = NULL;

    assert_int_equal(make(), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    (void) snprintf(whole, sizeof(whole), "%s.r", name);
    assert_int_equal(mp_named_semaphore_create(&ready, whole, 0, NULL), 0);
    test_program_path("namer", path, sizeof(path));
    test_program_start(&waiter, path, "wait", name);
    assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
    assert_int_equal(mp_named_semaphore_unlink(whole), 0);
    mp_named_semaphore_destroy(ready);
    test_await_sleep(waiter.pid);
}

static int give_one(void)
{
    return -mp_named_semaphore_release(semaphore);
}

// The unit was given before the first call that the releaser makes: whether or
// not it could wake anybody, the waiter finds it.
static void check_waiter(bool killed)
{
    (void) killed;
    assert_int_equal(test_program_wait(&waiter), 7);
    assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

static void whoever_gives_a_unit_may_be_killed_before_it_wakes_anybody(void)
{
    choose_name();
    kill_at_every_call(need_waiter, give_one, check_waiter, 1);
}

static int take_one(void)
{
    return mp_named_semaphore_acquire(semaphore, 100) == MP_ETIMEDOUT ? 0 : 1;
}

static void need_none(void)
{
    assert_int_equal(make(), 0);
    while (mp_named_semaphore_acquire(semaphore, 0) == 0) {
    }
}

static void check_taken(bool killed)
{
    (void) killed;
    assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    assert_int_equal(mp_named_semaphore_release_many(semaphore, 2), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

static void whoever_waits_may_be_killed_anywhere(void)
{
    choose_name();
    kill_at_every_call(need_none, take_one, check_taken, 1);
}

static const struct test tests[] = {
    {"whoever makes a name may be killed anywhere",
     whoever_makes_a_name_may_be_killed_anywhere, TEST_ONCE},
    {"whoever removes a name may be killed anywhere",
     whoever_removes_a_name_may_be_killed_anywhere, TEST_ONCE},
    {"whoever sweeps may be killed anywhere",
     whoever_sweeps_may_be_killed_anywhere, TEST_ONCE},
    {"whoever gives a unit may be killed before it wakes anybody",
     whoever_gives_a_unit_may_be_killed_before_it_wakes_anybody, TEST_ONCE},
    {"whoever waits may be killed anywhere",
     whoever_waits_may_be_killed_anywhere, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("named semaphore, Linux", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
