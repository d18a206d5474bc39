// SPDX-License-Identifier: Apache-2.0
// How long the end of a process waits for its children, the same end on
// request, and the end of a first process; see programs/finisher.c.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the limit of the join at the end ----

static int tell_timeout(const mp_args_t *args)
{
    (void) args;
    return mp_failure(0, "%lld", (long long) mp_get_exit_timeout());
}
MP_TARGET(tell_timeout)

static void children_inherit_the_limit(void)
{
    char answer[100];

    assert_true(mp_get_exit_timeout() == MP_FOREVER);
    test_ask(tell_timeout, NULL, answer, sizeof(answer));
    assert_string_equal(answer, "-1");
    assert_int_equal(mp_set_exit_timeout(INT64_MAX - 7), 0);
    test_ask(tell_timeout, NULL, answer, sizeof(answer));
    assert_string_equal(answer, "9223372036854775800");
    assert_int_equal(mp_set_exit_timeout(-5), 0);
    assert_true(mp_get_exit_timeout() == 0);
    test_ask(tell_timeout, NULL, answer, sizeof(answer));
    assert_string_equal(answer, "0");
    assert_int_equal(mp_set_exit_timeout(MP_FOREVER), 0);
}

static int leave_waiting_ones(const mp_args_t *args)
{
    mp_process_t *below = NULL;

    for (int i = 0; i < 2; i++) {
        if (test_start_below(&below, mp_args_text(args, 0), MP_NO,
                             test_wait_at_gate,
                             MP_ARGS(mp_args_text(args, 1), 0)) < 0) {
            return 1;
        }
        mp_process_destroy(below);
    }
    if (test_gate_pass(mp_args_text(args, 2)) != 0) {
        return 2;
    }
    return 6;
}
MP_TARGET(leave_waiting_ones)

// What a thread left is its process's, until it ends.
static void await_no_children(void)
{
    int64_t deadline = test_now_ms() + TEST_GUARD_MS;
    mp_process_t **children = NULL;
    size_t count = 0;

    do {
        assert_int_equal(mp_active_children(&children, &count), 0);
        mp_active_children_free(children, count);
    } while (count > 0 && test_now_ms() < deadline);
    assert_int_equal(count, 0);
}

static void end_waits_no_longer_than_the_limit(void)
{
    test_gate_t below;
    test_gate_t leaving;

    test_gate_create(&below);
    test_gate_create(&leaving);
    assert_int_equal(mp_set_exit_timeout(30), 0);
    mp_process_t *process = test_start(
        leave_waiting_ones, MP_ARGS(test_method(), below.name, leaving.name));
    test_gate_await(&below, 2);
    test_gate_release(&leaving, 1);
    assert_int_equal(test_finish(process), 6);
    assert_int_equal(mp_set_exit_timeout(MP_FOREVER), 0);
    test_gate_release(&below, 2); // of threads, which live on
    await_no_children();
    test_gate_destroy(&below);
    test_gate_destroy(&leaving);
}

// ---- mp_shutdown ----

static void count_up(void *count)
{
    *(int *) count += 1;
}

static mp_process_t *start_named(const char *name, mp_choice_t daemon,
                                 const char *gate)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.name = name;
    options.daemon = daemon;
    assert_int_equal(mp_process_create(&process, test_wait_at_gate,
                                       MP_ARGS(gate, 4), &options),
                     0);
    assert_int_equal(mp_process_start(process), 0);
    return process;
}

static void add_counters(int *early, int *late)
{
    const mp_finalize_options_t below = {.priority = -1};

    assert_int_equal(mp_at_exit(count_up, early), 0);
    assert_int_equal(mp_finalize(NULL, count_up, late, &below), 0);
}

static void shutdown_tells_what_is_left(void)
{
    test_gate_t gate;
    int early = 0;
    int late = 0;

    test_gate_create(&gate);
    mp_process_t *first = start_named("the first", MP_NO, gate.name);
    mp_process_t *second = start_named("the second", MP_NO, gate.name);
    test_gate_await(&gate, 2);
    add_counters(&early, &late);
    assert_int_equal(mp_shutdown(20), MP_ETIMEDOUT);
    assert_int_equal(mp_last_error()->code, MP_ETIMEDOUT);
    assert_non_null(strstr(mp_last_error()->message, "2 children"));
    assert_non_null(strstr(mp_last_error()->message, "the first"));
    assert_non_null(strstr(mp_last_error()->message, "the second"));
    assert_int_equal(early, 1);
    assert_int_equal(late, 0); // it waits for the children
    assert_int_equal(mp_shutdown(0), MP_ETIMEDOUT);
    test_gate_release(&gate, 2);
    assert_int_equal(mp_shutdown(TEST_GUARD_MS), 0);
    assert_int_equal(early, 1);
    assert_int_equal(late, 1);
    assert_int_equal(mp_process_exitcode(first), 4);
    assert_int_equal(mp_process_exitcode(second), 4);
    mp_process_destroy(first);
    mp_process_destroy(second);
    test_gate_destroy(&gate);
}

static int return_two(const mp_args_t *args)
{
    (void) args;
    return 2;
}
MP_TARGET(return_two)

static void life_goes_on_after_a_shutdown(void)
{
    int early = 0;
    int late = 0;

    assert_int_equal(mp_shutdown(0), 0); // nothing is there
    for (int round = 1; round <= 3; round++) {
        mp_process_t *process = test_start(return_two, NULL);
        add_counters(&early, &late);
        assert_int_equal(mp_shutdown(MP_FOREVER), 0);
        assert_int_equal(early, round);
        assert_int_equal(late, round);
        assert_int_equal(mp_process_exitcode(process), 2);
        mp_process_destroy(process);
    }
}

static void shutdown_ends_daemons(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = start_named("a daemon", MP_YES, gate.name);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_shutdown(TEST_GUARD_MS), 0);
    assert_int_equal(mp_process_exitcode(process), -15);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static void shutdown_tells_of_daemonic_threads(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process = start_named("a daemon", MP_YES, gate.name);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_shutdown(20), MP_ETIMEDOUT);
    assert_non_null(strstr(mp_last_error()->message, "a daemon"));
    test_gate_release(&gate, 1);
    assert_int_equal(mp_shutdown(TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

#ifndef _WIN32
#include <signal.h>

static int ignore_and_wait(const mp_args_t *args)
{
    if (signal(SIGTERM, SIG_IGN) == SIG_ERR) {
        return 9;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(ignore_and_wait)

static void shutdown_kills_stubborn_daemons(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    test_gate_t gate;

    options.daemon = MP_YES;
    test_gate_create(&gate);
    assert_int_equal(mp_process_create(&process, ignore_and_wait,
                                       MP_ARGS(gate.name), &options),
                     0);
    assert_int_equal(mp_process_start(process), 0);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_shutdown(2000), 0);
    assert_int_equal(mp_process_exitcode(process), -9);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}
#endif

// A child that shuts down and lives on: its finalizers run once, and those of
// its parent, or of another thread, not at all.
static int shut_down_below(const mp_args_t *args)
{
    static int count;
    mp_process_t *below = NULL;

    count = 0;
    int r = test_start_below(&below, mp_args_text(args, 0), MP_NO, return_two,
                             NULL);
    if (r == 0) {
        r = mp_at_exit(count_up, &count);
    }
    if (r < 0 || mp_shutdown(TEST_GUARD_MS) != 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    int code = mp_process_exitcode(below);
    mp_process_destroy(below);
    return code == 2 ? 10 * count : 3;
}
MP_TARGET(shut_down_below)

static void child_may_shut_down(void)
{
    int early = 0;
    int late = 0;

    add_counters(&early, &late);
    assert_int_equal(test_call(shut_down_below, MP_ARGS(test_method())), 10);
    assert_int_equal(early + late, 0);
    assert_int_equal(mp_shutdown(MP_FOREVER), 0);
    assert_int_equal(early + late, 2);
}

static void leave_by_mp_exit(void *code)
{
    mp_exit(*(int *) code);
}

static int shut_down_and_leave(const mp_args_t *args)
{
    static int code = 9;

    (void) args;
    return mp_at_exit(leave_by_mp_exit, &code) == 0 && mp_shutdown(0) == 0 ? 1
                                                                           : 2;
}
MP_TARGET(shut_down_and_leave)

static void mp_exit_in_a_shutdown_ends_the_child(void)
{
    assert_int_equal(test_call(shut_down_and_leave, NULL), 9);
}

// ---- the end of a first process ----

static void finish_program(const char *how, int code, const char *expected)
{
    test_program_t program;
    char path[1000];
    char file[300];
    char text[100];

    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    test_program_path("finisher", path, sizeof(path));
    test_program_start(&program, path, test_method(), how);
    assert_int_equal(test_program_wait(&program), code);
    FILE *notes = fopen(file, "rb");
    assert_non_null(notes);
    text[fread(text, 1, sizeof(text) - 1, notes)] = '\0';
    (void) fclose(notes);
    assert_string_equal(text, expected);
    test_remove_file(file);
}

static void main_returns(void)
{
    finish_program("return", 5, "abcn-z.");
}

static void main_calls_mp_exit(void)
{
    finish_program("mp_exit", 5, "abcn-z.");
}

static void main_calls_exit(void)
{
    finish_program("exit", 5, "abcn-z.");
}

static void finalizer_of_main_calls_mp_exit(void)
{
    finish_program("finalizer mp_exit", 5, "abcn-z.");
}

// The code is what the system makes of it.
static void finalizer_of_main_calls_exit(void)
{
    finish_program("finalizer exit", 7, "abcn-z");
}

static void main_leaves_what_takes_too_long(void)
{
    test_gate_t gate; // it stays closed

    test_gate_create(&gate);
    test_set_variable("MP_TEST_GATE", gate.name);
    finish_program("timeout", 5, "abc-z.");
    test_gate_destroy(&gate);
}

static void shutdown_leaves_nothing_to_do_twice(void)
{
    finish_program("shutdown", 5, "abcn-z.");
}

static void thread_calls_exit(void)
{
    finish_program("thread exit", 6, "tabc-z.");
}

static const struct test tests[] = {
    {"children inherit the limit of the join at the end",
     children_inherit_the_limit, TEST_ALL},
    {"a child that ends waits for its children no longer than the limit",
     end_waits_no_longer_than_the_limit, TEST_ALL},
    {"a shutdown that times out tells what is left, and may be repeated",
     shutdown_tells_what_is_left, TEST_ALL},
    {"after a shutdown processes are started and shut down again",
     life_goes_on_after_a_shutdown, TEST_ALL},
    {"a shutdown terminates daemons", shutdown_ends_daemons, TEST_PROCESSES},
    {"a shutdown waits for daemonic threads, and tells of them",
     shutdown_tells_of_daemonic_threads, TEST_THREAD},
#ifndef _WIN32
    {"a shutdown kills daemons that do not end",
     shutdown_kills_stubborn_daemons, TEST_PROCESSES},
#endif
    {"a shutdown in a child is its own", child_may_shut_down, TEST_ALL},
    {"mp_exit in a shutdown ends the child",
     mp_exit_in_a_shutdown_ends_the_child, TEST_ALL},
    {"main returns: finalizers, children, late finalizers", main_returns,
     TEST_ALL},
    {"main calls mp_exit: the same", main_calls_mp_exit, TEST_ALL},
    {"main calls exit: the same", main_calls_exit, TEST_ALL},
    {"a finalizer calls mp_exit when main has returned: the code stays",
     finalizer_of_main_calls_mp_exit, TEST_ALL},
    {"a finalizer calls exit when main has returned: all others run",
     finalizer_of_main_calls_exit, TEST_ALL},
    {"a first process leaves what takes longer than the limit",
     main_leaves_what_takes_too_long, TEST_ALL},
    {"nothing of a shutdown is done again when main returns",
     shutdown_leaves_nothing_to_do_twice, TEST_ALL},
    {"a thread calls exit: its finalizers, then those of its process",
     thread_calls_exit, TEST_THREAD},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("shutdown", tests, sizeof(tests) / sizeof(tests[0]));
}
