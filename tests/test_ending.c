// SPDX-License-Identifier: Apache-2.0
// How a child is made to end, and what it has used by then.
#include "tests/support.h"

#include <signal.h>
#include <stdlib.h>

static mp_process_t *start_waiting(test_gate_t *gate)
{
    test_gate_create(gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate->name, 4));
    test_gate_await(gate, 1);
    return process;
}

static void terminated_child_has_code_minus_15(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

    assert_int_equal(mp_process_terminate(process), 0);
    assert_int_equal(test_finish(process), -15);
    test_gate_destroy(&gate);
}

static void killed_child_has_code_minus_9(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(test_finish(process), -9);
    test_gate_destroy(&gate);
}

static void interrupted_child_has_code_minus_2(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

#ifdef _WIN32
    assert_int_equal(mp_process_interrupt(process), MP_ENOTSUP);
    test_stop(process, &gate);
    mp_process_destroy(process);
#else
    assert_int_equal(mp_process_interrupt(process), 0);
    assert_int_equal(test_finish(process), -2);
#endif
    test_gate_destroy(&gate);
}

static void thread_cannot_be_ended_from_outside(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

    assert_int_equal(mp_process_terminate(process), MP_ENOTSUP);
    assert_int_equal(mp_process_kill(process), MP_ENOTSUP);
    assert_int_equal(mp_process_interrupt(process), MP_ENOTSUP);
    assert_int_equal(mp_process_is_alive(process), 1);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static void ending_what_has_ended_is_no_error(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

    test_gate_release(&gate, 1);
    test_await_end(process);
    assert_int_equal(mp_process_terminate(process), 0);
    assert_int_equal(mp_process_kill(process), 0);
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 4);
    assert_int_equal(mp_process_terminate(process), 0);
    assert_int_equal(mp_process_kill(process), 0);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static void ending_twice_is_no_error(void)
{
    test_gate_t gate;
    mp_process_t *process = start_waiting(&gate);

    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(mp_process_terminate(process), 0);
    assert_int_equal(test_finish(process), -9);
    test_gate_destroy(&gate);
}

static int say_and_wait(const mp_args_t *args)
{
    (void) mp_failure(3, "said before the end");
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(say_and_wait)

static void killed_child_said_its_reason(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = test_start(say_and_wait, MP_ARGS(gate.name));
    test_gate_await(&gate, 1);
    assert_null(mp_process_failure(process)); // it has not ended
    assert_int_equal(mp_process_kill(process), 0);
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), -9);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), "said before the end");
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static int crash(const mp_args_t *args)
{
    (void) args;
    abort();
}
MP_TARGET(crash)

static void crashed_child_is_told_from_one_that_returned(void)
{
#ifdef _WIN32
    assert_int_equal(test_call(crash, NULL), 3); // abort() is exit code 3 there
#else
    assert_int_equal(test_call(crash, NULL), -SIGABRT);
#endif
}

static int call_exit(const mp_args_t *args)
{
    exit((int) mp_args_int(args, 0));
}
MP_TARGET(call_exit)

static int call_quick_exit(const mp_args_t *args)
{
    _Exit((int) mp_args_int(args, 0));
}
MP_TARGET(call_quick_exit)

static void child_may_call_exit(void)
{
    assert_int_equal(test_call(call_exit, MP_ARGS(7)), 7);
    assert_int_equal(test_call(call_exit, MP_ARGS(0)), 0);
    assert_int_equal(test_call(call_quick_exit, MP_ARGS(8)), 8);
}

static const char *exit_note;

static void note_exit(void)
{
    (void) test_gate_arrive(exit_note);
}

static int register_at_exit(const mp_args_t *args)
{
    static char name[200];
    const char *text = mp_args_text(args, 0);

    for (size_t i = 0; i + 1 < sizeof(name) && text[i] != '\0'; i++) {
        name[i] = text[i];
    }
    exit_note = name;
    return atexit(note_exit);
}
MP_TARGET(register_at_exit)

static void spawned_child_runs_its_atexit_handlers(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(test_call(register_at_exit, MP_ARGS(gate.name)), 0);
    test_gate_await(&gate, 1);
    test_gate_destroy(&gate);
}

// ---- usage ----

static int use_processor(const mp_args_t *args)
{
    test_use_processor((int) mp_args_int(args, 0));
    return 0;
}
MP_TARGET(use_processor)

static void usage_is_known_after_the_end(void)
{
    mp_process_t *process = test_start(use_processor, MP_ARGS(50));
    mp_usage_t usage = {-1, -1, -1};

    test_join(process);
    assert_int_equal(mp_process_usage(process, &usage), 0);
    assert_true(usage.user_us >= 0 && usage.system_us >= 0);
    // Some systems count in ticks of up to 16 ms.
    assert_true(usage.user_us + usage.system_us >= 30000);
    assert_true(usage.user_us + usage.system_us < 60 * 1000000);
#ifndef _WIN32 // Wine forgets it with the process
    assert_true(usage.peak_memory > 100 * 1024);
#endif
    assert_true(usage.peak_memory < (int64_t) 1 << 40);
    assert_int_equal(test_finish(process), 0);
}

static void usage_of_a_running_child_is_refused(void)
{
    test_gate_t gate;
    mp_usage_t usage;
    mp_process_t *process = start_waiting(&gate);

    assert_int_equal(mp_process_usage(process, &usage), MP_ESTATE);
    test_stop(process, &gate);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static void thread_has_no_usage_of_its_own(void)
{
    mp_process_t *process = test_start(use_processor, MP_ARGS(1));
    mp_usage_t usage;

    test_join(process);
    assert_int_equal(mp_process_usage(process, &usage), MP_ENOTSUP);
    mp_process_destroy(process);
}

static const struct test tests[] = {
    {"a terminated child has exit code -15", terminated_child_has_code_minus_15,
     TEST_PROCESSES},
    {"a killed child has exit code -9", killed_child_has_code_minus_9,
     TEST_PROCESSES},
    {"an interrupted child has exit code -2, where that is possible",
     interrupted_child_has_code_minus_2, TEST_PROCESSES},
    {"a thread cannot be ended from outside",
     thread_cannot_be_ended_from_outside, TEST_THREAD},
    {"ending what has ended is no error and changes nothing",
     ending_what_has_ended_is_no_error, TEST_PROCESSES},
    {"ending a child twice is no error", ending_twice_is_no_error,
     TEST_PROCESSES},
    {"what a child said before it was killed reaches the parent",
     killed_child_said_its_reason, TEST_PROCESSES},
    {"a child that aborts is told from one that returned",
     crashed_child_is_told_from_one_that_returned, TEST_PROCESSES},
    {"a child may call exit", child_may_call_exit, TEST_PROCESSES},
    {"a spawned child runs its own atexit handlers",
     spawned_child_runs_its_atexit_handlers, TEST_SPAWN},
    {"what a child has used is known after its end",
     usage_is_known_after_the_end, TEST_PROCESSES},
    {"what a child uses is not known before its end",
     usage_of_a_running_child_is_refused, TEST_ALL},
    {"a thread has no usage of its own", thread_has_no_usage_of_its_own,
     TEST_THREAD},
};

int main(int argc, char **argv)
{
    // A background job of a shell may have it ignored, and forked children
    // take that over.
    (void) signal(SIGINT, SIG_DFL);
    mp_freeze_support(argc, argv);
    return test_run("ending", tests, sizeof(tests) / sizeof(tests[0]));
}
