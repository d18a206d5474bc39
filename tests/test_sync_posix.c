// SPDX-License-Identifier: Apache-2.0
// Semaphores, events, conditions and barriers where signals are: processes that
// are stopped, the program's own fork(), a handler that sets an event.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/sync.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static mp_lock_t *lock;
static mp_semaphore_t *owned;
static mp_semaphore_t *plain;
static mp_event_t *event;
static mp_condition_t *condition;
static mp_barrier_t *barrier;

static void make_all(int parties)
{
    mp_semaphore_options_t options = {.owned = true};

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_semaphore_create(&owned, 1, &options), 0);
    assert_int_equal(mp_semaphore_create(&plain, 0, NULL), 0);
    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_condition_create(&condition, NULL), 0);
    assert_int_equal(mp_barrier_create(&barrier, parties, NULL), 0);
}

static void destroy_all(void)
{
    mp_lock_destroy(lock);
    mp_semaphore_destroy(owned);
    mp_semaphore_destroy(plain);
    mp_event_destroy(event);
    mp_condition_destroy(condition);
    mp_barrier_destroy(barrier);
}

static int wait_for(pid_t pid, int options)
{
    int status = 0;

    while (waitpid(pid, &status, options) < 0) {
        if (errno != EINTR) {
            return -1000;
        }
    }
    return WIFEXITED(status)    ? WEXITSTATUS(status)
           : WIFSTOPPED(status) ? WSTOPSIG(status)
                                : -WTERMSIG(status);
}

// A child of the program's own, which knows the objects by their addresses.
static pid_t fork_to(int (*run)(void))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(run());
    }
    return pid;
}

static void stop(pid_t pid)
{
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(wait_for(pid, WUNTRACED), SIGSTOP);
}

static void go_on(pid_t pid, int code)
{
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(wait_for(pid, 0), code);
}

// ---- stopped ----

static int hold_until_event(void)
{
    if (mp_lock_acquire(lock, TEST_GUARD_MS) != 0 ||
        mp_semaphore_acquire(owned, TEST_GUARD_MS) != 0 ||
        mp_semaphore_release(plain) != 0) {
        return 1;
    }
    if (mp_event_wait(event, TEST_GUARD_MS) != 0) {
        return 2;
    }
    return mp_semaphore_release(owned) == 0 && mp_lock_release(lock) == 0 ? 0
                                                                          : 3;
}

static void a_stopped_holder_has_its_lock_and_its_unit(void)
{
    make_all(2);
    pid_t pid = fork_to(hold_until_event);
    assert_int_equal(mp_semaphore_acquire(plain, TEST_GUARD_MS), 0);
    stop(pid);
    assert_int_equal(mp_lock_acquire(lock, 800), MP_ETIMEDOUT);
    assert_int_equal(mp_semaphore_acquire(owned, 800), MP_ETIMEDOUT);
    assert_int_equal(mp_event_set(event), 0);
    go_on(pid, 0);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    assert_int_equal(mp_semaphore_acquire(owned, 0), 0);
    destroy_all();
}

// Nobody has collected it: it is a zombie, of which only a look tells.
static void a_zombie_holds_nothing(void)
{
    make_all(2);
    pid_t pid = fork_to(hold_until_event);
    assert_int_equal(mp_semaphore_acquire(plain, TEST_GUARD_MS), 0);
    int64_t from = test_now_ms();
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(mp_semaphore_acquire(owned, TEST_GUARD_MS), MP_OWNERDIED);
    assert_int_equal(mp_lock_acquire(lock, TEST_GUARD_MS), MP_OWNERDIED);
    sync_expect_in_time(from);
    assert_int_equal(wait_for(pid, 0), -SIGKILL);
    destroy_all();
}

// A look then has neither a pidfd nor /proc.
static void so_it_is_with_no_descriptor_free(void)
{
    struct rlimit usual;

    make_all(2);
    pid_t pid = fork_to(hold_until_event);
    assert_int_equal(mp_semaphore_acquire(plain, TEST_GUARD_MS), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    struct rlimit none = {STDERR_FILENO + 1, usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int64_t from = test_now_ms();
    int killed = kill(pid, SIGKILL);
    int r = mp_lock_acquire(lock, SYNC_DEATH_MS);
    int64_t took = test_now_ms() - from;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_int_equal(killed, 0);
    assert_int_equal(r, MP_OWNERDIED);
    assert_true(took < SYNC_DEATH_MS);
    assert_int_equal(wait_for(pid, 0), -SIGKILL);
    destroy_all();
}

static int come(void)
{
    return mp_barrier_wait(barrier, TEST_GUARD_MS, NULL) == 0 ? 0 : 1;
}

static void a_stopped_party_breaks_nothing(void)
{
    make_all(3);
    pid_t pids[2] = {fork_to(come), fork_to(come)};
    while (mp_barrier_n_waiting(barrier) != 2) {
    }
    stop(pids[0]);
    assert_int_equal(mp_event_wait(event, 800), MP_ETIMEDOUT); // some looks
    assert_false(mp_barrier_broken(barrier));
    assert_int_equal(mp_barrier_wait(barrier, TEST_GUARD_MS, NULL), 0);
    assert_int_equal(wait_for(pids[1], 0), 0);
    go_on(pids[0], 0);
    destroy_all();
}

static int wait_for_notification(void)
{
    if (mp_condition_acquire(condition, TEST_GUARD_MS) != 0 ||
        mp_semaphore_release(plain) != 0) {
        return 1;
    }
    if (mp_condition_wait(condition, TEST_GUARD_MS) != 0) {
        return 2;
    }
    return mp_condition_release(condition) == 0 ? 0 : 3;
}

// It keeps its notification; another waiter does not take it for dead.
static void a_stopped_waiter_is_still_told(void)
{
    pid_t pids[2];

    make_all(2);
    for (int i = 0; i < 2; i++) {
        pids[i] = fork_to(wait_for_notification);
        assert_int_equal(mp_semaphore_acquire(plain, TEST_GUARD_MS), 0);
    }
    assert_int_equal(mp_condition_acquire(condition, TEST_GUARD_MS), 0);
    stop(pids[0]);
    assert_int_equal(mp_condition_notify(condition, 1), 0);
    assert_int_equal(mp_condition_release(condition), 0);
    assert_int_equal(mp_event_wait(event, 800), MP_ETIMEDOUT); // some looks
    int status = 0;
    assert_int_equal(waitpid(pids[1], &status, WNOHANG), 0);
    go_on(pids[0], 0);
    assert_int_equal(mp_condition_acquire(condition, TEST_GUARD_MS), 0);
    assert_int_equal(mp_condition_notify_all(condition), 0);
    assert_int_equal(mp_condition_release(condition), 0);
    assert_int_equal(wait_for(pids[1], 0), 0);
    destroy_all();
}

// ---- the program's own fork ----

static int use_all(void)
{
    if (mp_semaphore_release(owned) != MP_ESTATE) {
        return 1; // it is the parent's
    }
    if (mp_event_wait(event, TEST_GUARD_MS) != 0) {
        return 2;
    }
    if (mp_condition_notify(condition, 1) != MP_ESTATE) {
        return 3;
    }
    if (mp_condition_acquire(condition, TEST_GUARD_MS) != 0 ||
        mp_condition_notify(condition, 1) != 0 ||
        mp_condition_release(condition) != 0) {
        return 4;
    }
    if (mp_barrier_wait(barrier, TEST_GUARD_MS, NULL) != 0) {
        return 5;
    }
    destroy_all(); // it holds none of them, and its parent goes on
    return 0;
}

static void a_child_of_fork_shares_all(void)
{
    make_all(2);
    assert_int_equal(mp_semaphore_acquire(owned, 0), 0);
    assert_int_equal(mp_condition_acquire(condition, 0), 0);
    pid_t pid = fork_to(use_all);
    assert_int_equal(mp_event_set(event), 0);
    assert_int_equal(mp_condition_wait(condition, TEST_GUARD_MS), 0);
    assert_int_equal(mp_condition_release(condition), 0);
    assert_int_equal(mp_barrier_wait(barrier, TEST_GUARD_MS, NULL), 0);
    assert_int_equal(wait_for(pid, 0), 0);
    assert_int_equal(mp_semaphore_release(owned), 0);
    destroy_all();
}

// A condition that is dropped by who does not hold it keeps its lock.
static void a_lock_stays_with_its_condition(void)
{
    mp_condition_options_t options = {0};

    make_all(2);
    mp_condition_destroy(condition);
    assert_int_equal(mp_lock_create(&options.lock), 0);
    assert_int_equal(mp_condition_create(&condition, &options), 0);
    mp_lock_destroy(options.lock);
    assert_int_equal(mp_event_set(event), 0);
    assert_int_equal(mp_condition_acquire(condition, 0), 0);
    pid_t pid = fork_to(use_all);
    assert_int_equal(mp_condition_wait(condition, TEST_GUARD_MS), 0);
    assert_int_equal(mp_semaphore_acquire(owned, 0), 0);
    assert_int_equal(mp_barrier_wait(barrier, TEST_GUARD_MS, NULL), 0);
    assert_int_equal(wait_for(pid, 0), 0);
    assert_int_equal(mp_condition_notify(condition, 1), 0);
    assert_int_equal(mp_condition_release(condition), 0);
    destroy_all();
}

// ---- signals ----

static void set_event(int signal_number)
{
    (void) signal_number;
    (void) mp_event_set(event);
}

// The handler runs in the middle of the wait: no lock may be in its way.
static int wait_for_signal(void)
{
    struct sigaction action = {.sa_handler = set_event};

    (void) sigaction(SIGUSR1, &action, NULL);
    (void) mp_semaphore_release(plain);
    return mp_event_wait(event, TEST_GUARD_MS) == 0 ? 0 : 1;
}

static void a_signal_handler_sets_an_event(void)
{
    for (int i = 0; i < 20; i++) {
        make_all(2);
        pid_t pid = fork_to(wait_for_signal);
        assert_int_equal(mp_semaphore_acquire(plain, TEST_GUARD_MS), 0);
        test_await_sleep(pid);
        assert_int_equal(kill(pid, SIGUSR1), 0);
        assert_int_equal(mp_event_wait(event, TEST_GUARD_MS), 0);
        assert_int_equal(wait_for(pid, 0), 0);
        destroy_all();
    }
}

static const struct test tests[] = {
    {"a stopped holder has its lock and its unit",
     a_stopped_holder_has_its_lock_and_its_unit, TEST_ONCE},
    {"a zombie holds nothing", a_zombie_holds_nothing, TEST_ONCE},
    {"so it is with no descriptor free", so_it_is_with_no_descriptor_free,
     TEST_ONCE},
    {"a stopped party breaks nothing", a_stopped_party_breaks_nothing,
     TEST_ONCE},
    {"a stopped waiter is still told", a_stopped_waiter_is_still_told,
     TEST_ONCE},
    {"a child of fork() shares all", a_child_of_fork_shares_all, TEST_ONCE},
    {"a lock stays with its condition", a_lock_stays_with_its_condition,
     TEST_ONCE},
    {"a signal handler sets an event", a_signal_handler_sets_an_event,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("sync where signals are", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
