// SPDX-License-Identifier: Apache-2.0
// Stopping a child gently and otherwise, why a child ended, and Ctrl-C.
#include "tests/support.h"

#include <signal.h>
#include <stdlib.h>

#define SHORT_MS 50
#define TERMINATED (-15)
#define KILLED (-9)

#ifdef _WIN32
#define ON_WINDOWS true
#else
#define ON_WINDOWS false
#endif

static void expect_cause(mp_process_t *process, mp_exit_cause_t cause,
                         int detail)
{
    int told = 12345;

    assert_int_equal(mp_process_exit_cause(process, &told), cause);
    assert_int_equal(told, detail);
}

// ---- children ----

// A pause between two looks: the parent does not end meanwhile.
static void pause_a_little(void)
{
    (void) mp_process_join(mp_parent_process(), 2);
}

static int look_until_asked(const mp_args_t *args)
{
    int64_t begin = test_now_ms();

    if (mp_stop_requested() || test_gate_arrive(mp_args_text(args, 0)) != 0) {
        return 99;
    }
    while (!mp_stop_requested()) {
        if (test_now_ms() - begin > TEST_GUARD_MS) {
            return 98;
        }
        pause_a_little();
    }
    return 7;
}
MP_TARGET(look_until_asked)

static int poll_until_asked(const mp_args_t *args)
{
    intptr_t handle = -1;
    intptr_t again = -1;

    if (mp_stop_handle(NULL) != MP_EINVAL || mp_stop_handle(&handle) != 0 ||
        mp_stop_handle(&again) != 0 || again != handle ||
        test_is_ready(handle, 0)) {
        return 99;
    }
    if (test_gate_arrive(mp_args_text(args, 0)) != 0 ||
        !test_is_ready(handle, TEST_GUARD_MS) || !mp_stop_requested()) {
        return 98;
    }
    return test_is_ready(handle, 0) ? 8 : 97; // it stays so
}
MP_TARGET(poll_until_asked)

// Looks once, and then does as if it had seen nothing.
static int ignore_request(const mp_args_t *args)
{
    (void) mp_stop_requested();
    return test_wait_at_gate(args);
}
MP_TARGET(ignore_request)

static int ignore_everything(const mp_args_t *args)
{
    (void) signal(SIGTERM, SIG_IGN);
    return ignore_request(args);
}
MP_TARGET(ignore_everything)

// Arrives twice: before it is asked, and when it has seen it.
static int see_and_stay(const mp_args_t *args)
{
    const char *gate = mp_args_text(args, 0);
    intptr_t handle = -1;

    if (mp_stop_handle(&handle) != 0 || test_gate_arrive(gate) != 0 ||
        !test_is_ready(handle, TEST_GUARD_MS)) {
        return 99;
    }
    return test_gate_pass(gate) == 0 ? 9 : 98;
}
MP_TARGET(see_and_stay)

static int tell_requested(const mp_args_t *args)
{
    intptr_t handle = -1;

    (void) args;
    return mp_stop_requested() || mp_stop_handle(&handle) != 0 ||
                   test_is_ready(handle, 0)
               ? 31
               : 30;
}
MP_TARGET(tell_requested)

// Has a child of its own when it is asked.
static int start_child_when_asked(const mp_args_t *args)
{
    mp_process_t *child = NULL;
    intptr_t handle = -1;

    if (mp_stop_handle(&handle) != 0 ||
        test_gate_arrive(mp_args_text(args, 0)) != 0 ||
        !test_is_ready(handle, TEST_GUARD_MS)) {
        return 99;
    }
    if (test_start_below(&child, mp_args_text(args, 1), MP_NO, tell_requested,
                         NULL) != 0 ||
        mp_process_join(child, TEST_GUARD_MS) != 0) {
        return 98;
    }
    int code = mp_process_exitcode(child);
    mp_process_destroy(child);
    return code;
}
MP_TARGET(start_child_when_asked)

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

// ---- stopping ----

static void expect_stop(mp_target_fn target, int code)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(target, MP_ARGS(gate.name, test_method()));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_stop(process, TEST_GUARD_MS), 0);
    expect_cause(process, MP_EXIT_STOPPED, code);
    assert_int_equal(mp_process_stop(process, 0), 0);
    assert_int_equal(test_finish(process), code);
    test_gate_destroy(&gate);
}

static void child_that_looks_stops_by_itself(void)
{
    expect_stop(look_until_asked, 7);
}

static void child_that_polls_stops_by_itself(void)
{
    expect_stop(poll_until_asked, 8);
}

static void request_is_for_one_generation(void)
{
    expect_stop(start_child_when_asked, 30);
}

static void expect_end(mp_target_fn target, int64_t grace_ms,
                       mp_exit_cause_t cause, int code)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = test_start(target, MP_ARGS(gate.name, 3));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_stop(process, grace_ms), 0);
    expect_cause(process, cause, -code);
    assert_int_equal(test_finish(process), code);
    test_gate_destroy(&gate);
}

static void child_that_never_looks_is_terminated(void)
{
    expect_end(test_wait_at_gate, ON_WINDOWS ? SHORT_MS : MP_FOREVER,
               MP_EXIT_TERMINATED, TERMINATED);
}

static void child_that_does_not_go_is_terminated(void)
{
    expect_end(ignore_request, SHORT_MS, MP_EXIT_TERMINATED, TERMINATED);
    expect_end(ignore_request, 0, MP_EXIT_TERMINATED, TERMINATED);
}

// On Windows nothing can ignore its termination.
static void child_that_ignores_all_is_killed(void)
{
    expect_end(ignore_everything, SHORT_MS,
               ON_WINDOWS ? MP_EXIT_TERMINATED : MP_EXIT_KILLED,
               ON_WINDOWS ? TERMINATED : KILLED);
}

static void thread_that_does_not_go_is_told(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = test_start(ignore_request, MP_ARGS(gate.name, 3));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_stop(process, SHORT_MS), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(mp_process_stop(process, TEST_GUARD_MS), 0);
    expect_cause(process, MP_EXIT_STOPPED, 3);
    assert_int_equal(test_finish(process), 3);
    test_gate_destroy(&gate);
}

static struct {
    mp_process_t *process;
    test_gate_t gate;
    int stopped;
    int killed;
} shared;

static void stop_or_kill(int number)
{
    if (number == 0) {
        shared.stopped = mp_process_stop(shared.process, TEST_GUARD_MS);
    } else {
        test_gate_await(&shared.gate, 1); // the child has seen the request
        shared.killed = mp_process_kill(shared.process);
    }
}

static void kill_ends_a_stop_that_waits(void)
{
    test_gate_create(&shared.gate);
    shared.process = test_start(see_and_stay, MP_ARGS(shared.gate.name));
    test_gate_await(&shared.gate, 1);
    test_run_threads(2, stop_or_kill);
    assert_int_equal(shared.stopped, 0);
    assert_int_equal(shared.killed, 0);
    expect_cause(shared.process, MP_EXIT_KILLED, -KILLED);
    assert_int_equal(test_finish(shared.process), KILLED);
    test_gate_destroy(&shared.gate);
}

static void stop_or_join(int number)
{
    if (number == 0) {
        shared.stopped = mp_process_stop(shared.process, TEST_GUARD_MS);
    } else {
        shared.killed = mp_process_join(shared.process, TEST_GUARD_MS);
    }
}

static void many_threads_may_stop_one_process(void)
{
    test_gate_create(&shared.gate);
    shared.process = test_start(look_until_asked, MP_ARGS(shared.gate.name));
    test_gate_await(&shared.gate, 1);
    test_run_threads(2, stop_or_join);
    assert_int_equal(shared.stopped, 0);
    assert_int_equal(shared.killed, 0);
    assert_int_equal(test_finish(shared.process), 7);
    test_gate_destroy(&shared.gate);
}

// What a child shared with its parent is used again for later ones.
static void next_child_is_not_asked(void)
{
    for (int i = 0; i < 3; i++) {
        expect_stop(look_until_asked, 7);
        assert_int_equal(test_call(tell_requested, NULL), 30);
    }
}

static void only_running_children_are_stopped(void)
{
    mp_process_t *process = test_create(return_it, MP_ARGS(4));
    intptr_t handle = -1;

    assert_int_equal(mp_process_stop(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_process_stop(process, 0), MP_ESTATE);
    expect_cause(process, MP_EXIT_NONE, 0);
    assert_int_equal(mp_process_stop(mp_current_process(), 0), MP_ESTATE);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_int_equal(mp_process_stop(process, MP_FOREVER), 0);
    expect_cause(process, MP_EXIT_RETURNED, 4);
    assert_int_equal(mp_process_close(process), 0);
    assert_int_equal(mp_process_stop(process, 0), MP_ESTATE);
    expect_cause(process, MP_EXIT_RETURNED, 4);
    mp_process_destroy(process);
    assert_false(mp_stop_requested());
    assert_int_equal(mp_stop_handle(&handle), MP_ESTATE);
}

// ---- causes ----

static void cause_of_a_signal_or_status(void)
{
#ifdef _WIN32
    const int status = (int) 0xC0000005u;
    mp_process_t *process = test_start(return_it, MP_ARGS(status));
    test_join(process);
    expect_cause(process, MP_EXIT_STATUS, status);
    mp_process_destroy(process);
    const int no_memory = (int) 0xC0000017u;
    process = test_start(return_it, MP_ARGS(no_memory));
    test_join(process);
    expect_cause(process, MP_EXIT_MEMORY, no_memory);
    mp_process_destroy(process);
    process = test_start(return_it, MP_ARGS(-3)); // as programs do
    test_join(process);
    expect_cause(process, MP_EXIT_RETURNED, -3);
    mp_process_destroy(process);
#else
    test_gate_t gate;
    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    expect_cause(process, MP_EXIT_NONE, 0);
    assert_int_equal(mp_process_interrupt(process), 0);
    test_join(process);
    expect_cause(process, MP_EXIT_SIGNAL, SIGINT);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
#endif
    assert_int_equal(mp_process_exit_cause(NULL, NULL), MP_EXIT_NONE);
}

static void cause_of_terminate_and_kill(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    for (int i = 0; i < 2; i++) {
        mp_process_t *process =
            test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
        test_gate_await(&gate, 1);
        int r =
            i == 0 ? mp_process_terminate(process) : mp_process_kill(process);
        assert_int_equal(r, 0);
        test_join(process);
        expect_cause(process, i == 0 ? MP_EXIT_TERMINATED : MP_EXIT_KILLED,
                     i == 0 ? 15 : 9);
        mp_process_destroy(process);
    }
    test_gate_destroy(&gate);
}

// ---- Ctrl-C ----

static int interrupt_itself(const mp_args_t *args)
{
    (void) args;
#ifndef _WIN32 // Ctrl-C would go to all that share the console
    (void) raise(SIGINT);
#endif
    return 5;
}
MP_TARGET(interrupt_itself)

static int interrupted(mp_choice_t choice)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.interrupts = choice;
    assert_int_equal(
        mp_process_create(&process, interrupt_itself, NULL, &options), 0);
    assert_int_equal(mp_process_start(process), 0);
    return test_finish(process);
}

static void child_may_ignore_interrupts(void)
{
    const int ended = ON_WINDOWS ? 5 : -SIGINT;

    assert_int_equal(interrupted(MP_NO), 5);
    assert_int_equal(interrupted(MP_YES), ended);
    assert_int_equal(interrupted(MP_DEFAULT), ended);
}

static void interrupts_are_checked(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.interrupts = (mp_choice_t) 2;
    assert_int_equal(
        mp_process_create(&process, interrupt_itself, NULL, &options),
        MP_EINVAL);
    options.interrupts = MP_NO;
    int r = mp_process_create(&process, interrupt_itself, NULL, &options);
    assert_int_equal(r, test_method_is("thread") ? MP_ENOTSUP : 0);
    mp_process_destroy(process);
}

static const struct test tests[] = {
    {"a child that looks for the request stops by itself",
     child_that_looks_stops_by_itself, TEST_ALL},
    {"a child that polls its handle stops by itself",
     child_that_polls_stops_by_itself, TEST_ALL},
    {"a request is for the child and not for its children",
     request_is_for_one_generation, TEST_ALL},
    {"a child that never looks is terminated",
     child_that_never_looks_is_terminated, TEST_PROCESSES},
    {"a child that does not go is terminated",
     child_that_does_not_go_is_terminated, TEST_PROCESSES},
    {"a child that ignores everything is killed",
     child_that_ignores_all_is_killed, TEST_PROCESSES},
    {"a thread that does not go is an error, not ended",
     thread_that_does_not_go_is_told, TEST_THREAD},
    {"a kill ends a stop that waits", kill_ends_a_stop_that_waits,
     TEST_PROCESSES},
    {"a process may be stopped and joined at once",
     many_threads_may_stop_one_process, TEST_ALL},
    {"a child is not asked what was asked of one before it",
     next_child_is_not_asked, TEST_ALL},
    {"only running children are stopped", only_running_children_are_stopped,
     TEST_ALL},
    {"a signal or a status is the cause of an end", cause_of_a_signal_or_status,
     TEST_PROCESSES},
    {"terminate and kill are the cause of an end", cause_of_terminate_and_kill,
     TEST_PROCESSES},
    {"a child may ignore interrupts", child_may_ignore_interrupts,
     TEST_PROCESSES},
    {"the choice of interrupts is checked", interrupts_are_checked, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("stop", tests, sizeof(tests) / sizeof(tests[0]));
}
