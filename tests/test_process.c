// SPDX-License-Identifier: Apache-2.0
// The life of a process: create, start, join, exit code, close, destroy.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void returned_value_is_the_exit_code(void)
{
    assert_int_equal(test_call(return_it, MP_ARGS(0)), 0);
    assert_int_equal(test_call(return_it, MP_ARGS(7)), 7);
    assert_int_equal(test_call(return_it, MP_ARGS(255)), 255);
#ifdef _WIN32
    assert_int_equal(test_call(return_it, MP_ARGS(300)), 300);
#else
    assert_int_equal(test_call(return_it, MP_ARGS(300)), 44);
    assert_int_equal(test_call(return_it, MP_ARGS(-1)), 255);
#endif
}

static int go_down(int levels, int code)
{
    if (levels == 0) {
        mp_exit(code);
    }
    return code < 0 ? 1 : go_down(levels - 1, code) + 1;
}

static int exit_deep_inside(const mp_args_t *args)
{
    return go_down(20, (int) mp_args_int(args, 0));
}
MP_TARGET(exit_deep_inside)

static void mp_exit_ends_the_child_from_deep_inside(void)
{
    assert_int_equal(test_call(exit_deep_inside, MP_ARGS(9)), 9);
    assert_int_equal(test_call(exit_deep_inside, MP_ARGS(0)), 0);
}

// ---- before the start ----

static void nothing_happens_before_the_start(void)
{
    mp_process_t *process = test_create(return_it, MP_ARGS(3));
    intptr_t sentinel;
    mp_usage_t usage;

    assert_int_equal(mp_process_usage(process, &usage), MP_ESTATE);
    assert_int_equal(mp_process_pid(process), 0);
    assert_int_equal(mp_process_is_alive(process), 0);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_NONE);
    assert_null(mp_process_failure(process));
    assert_int_equal(mp_process_join(process, 0), MP_ESTATE);
    assert_int_equal(mp_process_join(process, MP_FOREVER), MP_ESTATE);
    assert_int_equal(mp_process_terminate(process), MP_ESTATE);
    assert_int_equal(mp_process_kill(process), MP_ESTATE);
    assert_int_equal(mp_process_sentinel(process, &sentinel), MP_ESTATE);
    mp_process_destroy(process);
}

static void start_works_once(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(3));

    assert_int_equal(mp_process_start(process), MP_ESTATE);
    test_join(process);
    assert_int_equal(mp_process_start(process), MP_ESTATE);
    assert_int_equal(mp_last_error()->code, MP_ESTATE);
    assert_int_equal(test_finish(process), 3);
}

// ---- join ----

static void join_can_be_repeated(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(3));

    assert_int_equal(mp_process_join(process, MP_FOREVER), 0);
    assert_int_equal(mp_process_join(process, MP_FOREVER), 0);
    assert_int_equal(mp_process_join(process, 0), 0);
    assert_int_equal(mp_process_exitcode(process), 3);
    assert_int_equal(mp_process_is_alive(process), 0);
    mp_process_destroy(process);
}

static void join_has_a_time_limit(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_join(process, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_process_join(process, -5), MP_ETIMEDOUT);
    int64_t begin = test_now_ms();
    assert_int_equal(mp_process_join(process, 50), MP_ETIMEDOUT);
    assert_true(test_now_ms() - begin >= 49);
    assert_int_equal(mp_process_is_alive(process), 1);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_NONE);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static mp_process_t *joined;
static int join_results[8];

static void join_in_thread(int number)
{
    join_results[number] = number % 2 == 0
                               ? mp_process_join(joined, MP_FOREVER)
                               : mp_process_join(joined, TEST_GUARD_MS);
    if (join_results[number] == 0) {
        join_results[number] = mp_process_exitcode(joined);
    }
}

static test_gate_t joined_gate;

static void release_or_join(int number)
{
    if (number == 7) {
        test_gate_release(&joined_gate, 1);
    }
    join_in_thread(number);
}

static void several_threads_join_one_process(void)
{
    test_gate_create(&joined_gate);
    joined = test_start(test_wait_at_gate, MP_ARGS(joined_gate.name, 6));
    test_gate_await(&joined_gate, 1);
    test_run_threads(8, release_or_join);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(join_results[i], 6);
    }
    assert_int_equal(test_finish(joined), 6);
    test_gate_destroy(&joined_gate);
}

// ---- is_alive, sentinel ----

static void is_alive_follows_the_child(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_is_alive(process), 1);
    test_gate_release(&gate, 1);
    test_await_end(process);
    assert_int_equal(mp_process_is_alive(process), 0);
    assert_int_equal(mp_process_exitcode(process), 4); // without any join
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static void sentinel_is_ready_once_the_child_has_ended(void)
{
    test_gate_t gate;
    intptr_t sentinel;
    intptr_t again;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    assert_int_equal(mp_process_sentinel(process, &sentinel), 0);
    test_gate_await(&gate, 1);
    assert_false(test_is_ready(sentinel, 0));
    test_gate_release(&gate, 1);
    assert_true(test_is_ready(sentinel, TEST_GUARD_MS));
    test_join(process);
    assert_int_equal(mp_process_sentinel(process, &again), 0);
    assert_true(test_is_ready(again, 0));
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

// ---- close, destroy ----

static void running_process_is_not_closed(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_close(process), MP_ESTATE);
    assert_int_equal(mp_process_is_alive(process), 1);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static void expect_closed(mp_process_t *process)
{
    intptr_t sentinel;

    assert_int_equal(mp_process_close(process), 0);
    assert_int_equal(mp_process_close(process), 0);
    assert_int_equal(mp_process_start(process), MP_ESTATE);
    assert_int_equal(mp_process_join(process, 0), MP_ESTATE);
    assert_int_equal(mp_process_is_alive(process), MP_ESTATE);
    assert_int_equal(mp_process_terminate(process), MP_ESTATE);
    assert_int_equal(mp_process_kill(process), MP_ESTATE);
    assert_int_equal(mp_process_sentinel(process, &sentinel), MP_ESTATE);
    assert_int_equal(mp_process_set_daemon(process, true), MP_ESTATE);
    mp_process_destroy(process);
}

static void closed_process_refuses_every_call(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(3));

    test_join(process);
    int64_t pid = mp_process_pid(process);
    assert_int_equal(mp_process_close(process), 0);
    assert_int_equal(mp_process_exitcode(process), 3); // it stays known
    assert_int_equal(mp_process_pid(process), pid);
    expect_closed(process);
    expect_closed(test_create(return_it, MP_ARGS(3)));
}

static void destroyed_child_goes_on(void)
{
    mp_process_t **children = NULL;
    size_t count = 0;
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    int64_t pid = mp_process_pid(process);
    mp_process_destroy(process);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_active_children(&children, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(mp_process_pid(children[0]), pid);
    assert_int_equal(mp_process_is_alive(children[0]), 1);
    test_gate_release(&gate, 1);
    test_join(children[0]);
    assert_int_equal(mp_process_exitcode(children[0]), 4);
    mp_active_children_free(children, count);
    test_gate_destroy(&gate);
}

// ---- the message of a failure ----

static int fail_twice(const mp_args_t *args)
{
    (void) mp_failure(1, "an earlier reason");
    return mp_failure(3, "cannot read %s: %d", mp_args_text(args, 0), 17);
}
MP_TARGET(fail_twice)

static int exit_with_failure(const mp_args_t *args)
{
    mp_exit(mp_failure(5, "%s", mp_args_text(args, 0)));
}
MP_TARGET(exit_with_failure)

static int fail_at_length(const mp_args_t *args)
{
    return mp_failure(6, "%s", mp_args_text(args, 0));
}
MP_TARGET(fail_at_length)

static void expect_failure(mp_target_fn target, const char *argument, int code,
                           const char *text)
{
    mp_process_t *process = test_start(target, MP_ARGS(argument));

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), code);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), text);
    mp_process_destroy(process);
}

static void failure_reaches_the_parent(void)
{
    expect_failure(fail_twice, "a.txt", 3, "cannot read a.txt: 17");
    expect_failure(exit_with_failure, "", 5, "");
    expect_failure(exit_with_failure, "\xc3\xa9t\xc3\xa9 100%", 5,
                   "\xc3\xa9t\xc3\xa9 100%");
}

static void long_failure_is_cut(void)
{
    char text[5001];
    mp_process_t *process;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    process = test_start(fail_at_length, MP_ARGS(text));
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 6);
    const char *failure = mp_process_failure(process);
    assert_non_null(failure);
    assert_in_range(strlen(failure), 900, 1000);
    assert_memory_equal(failure, text, 900);
    mp_process_destroy(process);
}

static void silence_is_no_failure(void)
{
    mp_process_t *process = test_start(return_it, MP_ARGS(3));

    test_join(process);
    assert_null(mp_process_failure(process));
    mp_process_destroy(process);
    assert_int_equal(mp_failure(12, "outside of a child: %d", 1), 12);
}

static void null_is_refused(void)
{
    const void *key = NULL;
    size_t size = 0;
    intptr_t sentinel;
    mp_usage_t usage;

    assert_int_equal(mp_process_start(NULL), MP_EINVAL);
    assert_int_equal(mp_process_join(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_process_is_alive(NULL), MP_EINVAL);
    assert_int_equal(mp_process_terminate(NULL), MP_EINVAL);
    assert_int_equal(mp_process_kill(NULL), MP_EINVAL);
    assert_int_equal(mp_process_close(NULL), MP_EINVAL);
    assert_int_equal(mp_process_set_name(NULL, "x"), MP_EINVAL);
    assert_int_equal(mp_process_set_daemon(NULL, true), MP_EINVAL);
    assert_int_equal(mp_process_sentinel(NULL, &sentinel), MP_EINVAL);
    assert_int_equal(mp_process_usage(NULL, &usage), MP_EINVAL);
    assert_int_equal(mp_process_authkey(NULL, &key, &size), MP_EINVAL);
    assert_int_equal(mp_process_set_authkey(NULL, "x", 1), MP_EINVAL);
    assert_int_equal(mp_process_pid(NULL), 0);
    assert_int_equal(mp_process_exitcode(NULL), MP_EXITCODE_NONE);
    assert_null(mp_process_failure(NULL));
    mp_process_destroy(NULL);
}

static const struct test tests[] = {
    {"a child's return value becomes its exit code",
     returned_value_is_the_exit_code, TEST_ALL},
    {"mp_exit ends a child from deep inside",
     mp_exit_ends_the_child_from_deep_inside, TEST_ALL},
    {"nothing happens before the start", nothing_happens_before_the_start,
     TEST_ALL},
    {"a process can be started once", start_works_once, TEST_ALL},
    {"join can be repeated", join_can_be_repeated, TEST_ALL},
    {"join has a time limit", join_has_a_time_limit, TEST_ALL},
    {"eight threads join one process at once", several_threads_join_one_process,
     TEST_ALL},
    {"is_alive follows the child, and collects it", is_alive_follows_the_child,
     TEST_ALL},
    {"the sentinel is ready once the child has ended, and stays so",
     sentinel_is_ready_once_the_child_has_ended, TEST_ALL},
    {"a running process is not closed", running_process_is_not_closed,
     TEST_ALL},
    {"a closed process refuses every call", closed_process_refuses_every_call,
     TEST_ALL},
    {"a child goes on when its process is destroyed", destroyed_child_goes_on,
     TEST_ALL},
    {"the reason of a failure reaches the parent, the last one counts",
     failure_reaches_the_parent, TEST_ALL},
    {"a long reason is cut", long_failure_is_cut, TEST_ALL},
    {"a child that says nothing has no reason", silence_is_no_failure,
     TEST_ALL},
    {"NULL is refused everywhere", null_is_refused, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("process", tests, sizeof(tests) / sizeof(tests[0]));
}
