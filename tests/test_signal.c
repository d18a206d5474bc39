// SPDX-License-Identifier: Apache-2.0
// Signals, stops, and statuses that others want or take (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int raise_it(const mp_args_t *args)
{
    (void) raise((int) mp_args_int(args, 0));
    return 42; // a handler of the parent was still in place
}
MP_TARGET(raise_it)

static void code_is_the_negative_signal(void)
{
    assert_int_equal(test_call(raise_it, MP_ARGS(SIGUSR1)), -SIGUSR1);
    assert_int_equal(test_call(raise_it, MP_ARGS(SIGKILL)), -SIGKILL);
    assert_int_equal(test_call(raise_it, MP_ARGS(SIGTERM)), -SIGTERM);
}

static volatile sig_atomic_t terminated;

static void note_termination(int signal)
{
    (void) signal;
    terminated = 1;
}

static int handle_termination(const mp_args_t *args)
{
    struct sigaction action = {.sa_handler = note_termination};

    (void) sigaction(SIGTERM, &action, NULL);
    if (test_gate_pass(mp_args_text(args, 0)) != 0) {
        return 1;
    }
    return terminated ? 21 : 22;
}
MP_TARGET(handle_termination)

static void child_may_handle_its_termination(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = test_start(handle_termination, MP_ARGS(gate.name));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_terminate(process), 0);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 21);
    test_gate_destroy(&gate);
}

static void stopped_child_has_not_ended(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(kill((pid_t) mp_process_pid(process), SIGSTOP), 0);
    assert_int_equal(mp_process_join(process, 50), MP_ETIMEDOUT);
    assert_int_equal(mp_process_is_alive(process), 1);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_NONE);
    assert_int_equal(kill((pid_t) mp_process_pid(process), SIGCONT), 0);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static void count_alarm(int signal)
{
    (void) signal;
}

static void join_goes_on_after_a_signal(void)
{
    struct sigaction action = {.sa_handler = count_alarm};
    struct sigaction before;
    struct itimerval often = {{0, 5000}, {0, 5000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    int64_t begin = test_now_ms();
    int r = mp_process_join(process, 100);
    int64_t end = test_now_ms();
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    assert_int_equal(r, MP_ETIMEDOUT);
    assert_true(end - begin >= 99);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

// ---- what a child starts with ----

static int tell_signals(const mp_args_t *args)
{
    sigset_t mask;
    struct sigaction action;
    int changed = 0;

    (void) args;
    if (sigprocmask(SIG_BLOCK, NULL, &mask) < 0) {
        return 1;
    }
    for (int i = 1; i < 32; i++) {
        if (sigismember(&mask, i) == 1) {
            return 100 + i;
        }
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN) {
            changed++;
        }
    }
    return changed;
}
MP_TARGET(tell_signals)

static void spawned_child_starts_with_default_signals(void)
{
    sigset_t blocked;
    sigset_t before;

    (void) sigemptyset(&blocked);
    (void) sigaddset(&blocked, SIGUSR2);
    (void) sigaddset(&blocked, SIGCHLD);
    assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, &before), 0);
    (void) signal(SIGUSR1, SIG_IGN);
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGHUP, SIG_IGN);
    int code = test_call(tell_signals, NULL);
    (void) signal(SIGUSR1, SIG_DFL);
    (void) signal(SIGPIPE, SIG_DFL);
    (void) signal(SIGHUP, SIG_DFL);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    assert_int_equal(code, 0);
}

static void parents_signals_stay_as_they_were(void)
{
    sigset_t before;
    sigset_t after;
    struct sigaction pipe_before;
    struct sigaction pipe_after;
    struct sigaction child_after;

    assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &before), 0);
    assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_before), 0);
    assert_int_equal(test_call(raise_it, MP_ARGS(SIGUSR1)), -SIGUSR1);
    assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
    assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_after), 0);
    assert_int_equal(sigaction(SIGCHLD, NULL, &child_after), 0);
    for (int i = 1; i < 32; i++) {
        assert_int_equal(sigismember(&after, i), sigismember(&before, i));
    }
    assert_true(pipe_after.sa_handler == pipe_before.sa_handler);
    assert_true(child_after.sa_handler == SIG_DFL);
}

// ---- statuses ----

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void users_own_children_stay_the_users(void)
{
    siginfo_t info;
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(9);
    }
    // It has ended and waits to be collected while the library works.
    assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(test_call(return_it, MP_ARGS(5)), 5);
    assert_int_equal(waitpid(pid, &status, WNOHANG), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 9);
}

static void expect_unknown(mp_process_t *process)
{
    mp_usage_t usage;

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_UNKNOWN);
    assert_int_equal(mp_process_is_alive(process), 0);
    assert_int_equal(mp_process_usage(process, &usage), MP_ENOTSUP);
    assert_int_equal(mp_process_kill(process), 0);
    mp_process_destroy(process);
}

static void status_taken_by_the_user_is_unknown(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(5));
    pid_t pid = (pid_t) mp_process_pid(process);
    int status = 0;

    while (waitpid(-1, &status, 0) < 0 && errno == EINTR) {
    }
    assert_true(WIFEXITED(status));
    assert_false(test_process_exists(pid));
    expect_unknown(process);
}

static void status_thrown_away_is_unknown(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    (void) signal(SIGCHLD, SIG_IGN);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    int running = mp_process_is_alive(process);
    int timed_out = mp_process_join(process, 20);
    test_gate_release(&gate, 1);
    int joined = mp_process_join(process, TEST_GUARD_MS);
    (void) signal(SIGCHLD, SIG_DFL);
    assert_int_equal(running, 1);
    assert_int_equal(timed_out, MP_ETIMEDOUT);
    assert_int_equal(joined, 0);
    expect_unknown(process);
    test_gate_destroy(&gate);
}

static void start_collects_what_nobody_holds(void)
{
    siginfo_t info;
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    pid_t pid = (pid_t) mp_process_pid(process);
    mp_process_destroy(process);
    test_gate_await(&gate, 1);
    test_gate_release(&gate, 1);
    assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(test_call(return_it, MP_ARGS(5)), 5);
    assert_true(test_has_no_children());
    test_gate_destroy(&gate);
}

static const struct test tests[] = {
    {"the exit code of a signal is its negative number",
     code_is_the_negative_signal, TEST_PROCESSES},
    {"a child may handle its termination", child_may_handle_its_termination,
     TEST_PROCESSES},
    {"a stopped child has not ended", stopped_child_has_not_ended,
     TEST_PROCESSES},
    {"join goes on after a signal", join_goes_on_after_a_signal, TEST_ALL},
    {"a spawned child starts with default signals, none blocked",
     spawned_child_starts_with_default_signals, TEST_SPAWN},
    {"the signals of the parent stay as they were",
     parents_signals_stay_as_they_were, TEST_PROCESSES},
    {"children of the user's own fork stay the user's",
     users_own_children_stay_the_users, TEST_ALL},
    {"a status that the user took is unknown",
     status_taken_by_the_user_is_unknown, TEST_PROCESSES},
    {"a start collects ended children that nobody holds",
     start_collects_what_nobody_holds, TEST_PROCESSES},
    {"a status that was thrown away is unknown", status_thrown_away_is_unknown,
     TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("signal", tests, sizeof(tests) / sizeof(tests[0]));
}
