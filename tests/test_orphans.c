// SPDX-License-Identifier: Apache-2.0
// Children end with their parent, in whatever way it ends, unless they are
// detached.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

// Every process of a line notes its pid in a file (MP_TEST_FILE).
static void note(int64_t pid)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;

    if (file != NULL) {
        (void) fprintf(file, "%lld\n", (long long) pid);
        (void) fclose(file);
    }
}

// The last of a line arrives at the gate (argument 0), then waits to be ended.
static int wait_for_the_end(const mp_args_t *args)
{
    note(test_own_pid());
    return test_gate_pass(mp_args_text(args, 0)) == 0 ? 1 : 2;
}
MP_TARGET(wait_for_the_end)

// Starts the next of a line: gate, method, number of those still to come, and
// the gate at which it waits itself.
static int start_line(const mp_args_t *args)
{
    int64_t more = mp_args_int(args, 2);
    mp_process_t *below = NULL;
    int r = 0;

    note(test_own_pid());
    if (more == 0) {
        r = test_start_below(&below, mp_args_text(args, 1), MP_NO,
                             wait_for_the_end, MP_ARGS(mp_args_text(args, 0)));
    } else {
        r = test_start_below(&below, mp_args_text(args, 1), MP_NO, start_line,
                             MP_ARGS(mp_args_text(args, 0),
                                     mp_args_text(args, 1), more - 1,
                                     mp_args_text(args, 3)));
    }
    if (r < 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    return test_gate_pass(mp_args_text(args, 3)) == 0 ? 0 : 2;
}
MP_TARGET(start_line)

static void expect_end(int64_t pid)
{
    int64_t deadline = test_now_ms() + TEST_GUARD_MS;

    while (test_process_exists(pid) && test_now_ms() < deadline) {
    }
    assert_false(test_process_exists(pid));
}

// All that noted themselves have ended. Their number.
static int expect_ends(const char *path)
{
    FILE *file = fopen(path, "r");
    long long pid = 0;
    int count = 0;

    assert_non_null(file);
    while (fscanf(file, "%lld", &pid) == 1) {
        expect_end(pid);
        count++;
    }
    assert_int_equal(fclose(file), 0);
    return count;
}

// A line of `length` children under this process by the test's method and then
// by `below`; the first one is killed.
static void kill_first_of_line(const char *below, int length)
{
    test_gate_t last;
    test_gate_t others;
    char path[300];

    test_make_file(path, sizeof(path));
    test_set_variable("MP_TEST_FILE", path);
    test_gate_create(&last);
    test_gate_create(&others);
    mp_process_t *first =
        test_start(start_line, MP_ARGS(last.name, below, length, others.name));
    test_gate_await(&last, 1);
    test_gate_await(&others, 1 + length);
    assert_int_equal(mp_process_kill(first), 0);
    assert_int_equal(test_finish(first), -9);
    assert_int_equal(expect_ends(path), 2 + length);
    test_set_variable("MP_TEST_FILE", NULL);
    test_remove_file(path);
    test_gate_destroy(&last);
    test_gate_destroy(&others);
}

static void children_end_with_a_killed_parent(void)
{
    const char *const *methods = mp_get_all_start_methods();

    for (size_t i = 0; methods[i] != NULL; i++) {
        if (strcmp(methods[i], "thread") != 0) {
            kill_first_of_line(methods[i], 0);
        }
    }
}

static void grandchildren_end_too(void)
{
    kill_first_of_line(test_method(), 2);
}

#ifndef _WIN32
// Arguments: a gate, and the method of its own child. A forked one may not have
// come so far as to be tied to this process when that is another program.
static int become_another_program(const mp_args_t *args)
{
    mp_process_t *below = NULL;

    if (test_start_below(&below, mp_args_text(args, 1), MP_NO, wait_for_the_end,
                         MP_ARGS(mp_args_text(args, 0))) < 0) {
        return 1;
    }
    note(mp_process_pid(below));
    (void) test_gate_arrive(mp_args_text(args, 0));
    (void) execl("/bin/sleep", "sleep", "100", (char *) NULL);
    return 2;
}
MP_TARGET(become_another_program)

static void end_by_exec_of_parent(const char *below)
{
    test_gate_t gate;
    char path[300];

    test_make_file(path, sizeof(path));
    test_set_variable("MP_TEST_FILE", path);
    test_gate_create(&gate);
    mp_process_t *process =
        test_start(become_another_program, MP_ARGS(gate.name, below));
    test_gate_await(&gate, 1);
    assert_true(expect_ends(path) >= 1);
    assert_int_equal(mp_process_join(process, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(test_finish(process), -9);
    test_set_variable("MP_TEST_FILE", NULL);
    test_remove_file(path);
    test_gate_destroy(&gate);
}

static void children_end_when_their_parent_becomes_another_program(void)
{
    end_by_exec_of_parent("fork");
    end_by_exec_of_parent("spawn");
}
#endif

// Argument 0: the gate of a detached child; 1: its method; 2: the gate at which
// its parent waits.
static int start_detached(const mp_args_t *args)
{
    const mp_process_options_t options = {
        .context = mp_get_context(mp_args_text(args, 1)), .detached = true};
    mp_process_t *below = NULL;

    int r = mp_process_create(&below, test_wait_at_gate,
                              MP_ARGS(mp_args_text(args, 0), 0), &options);
    if (r == 0) {
        r = mp_process_start(below);
    }
    if (r < 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    (void) mp_failure(0, "%lld", (long long) mp_process_pid(below));
    return test_gate_pass(mp_args_text(args, 2)) == 0 ? 0 : 2;
}
MP_TARGET(start_detached)

static void detached_child_outlives(bool kill_its_parent)
{
    test_gate_t child;
    test_gate_t parent;

    test_gate_create(&child);
    test_gate_create(&parent);
    mp_process_t *process = test_start(
        start_detached, MP_ARGS(child.name, test_method(), parent.name));
    test_gate_await(&child, 1);
    test_gate_await(&parent, 1);
    if (kill_its_parent) {
        assert_int_equal(mp_process_kill(process), 0);
    } else {
        test_gate_release(&parent, 1); // it ends without waiting for the child
    }
    test_join(process);
    int64_t pid = strtoll(mp_process_failure(process), NULL, 10);
    assert_int_equal(test_finish(process), kill_its_parent ? -9 : 0);
    assert_true(test_process_exists(pid));
    test_gate_release(&child, 1);
    expect_end(pid);
    test_gate_destroy(&child);
    test_gate_destroy(&parent);
}

static void detached_child_outlives_a_killed_parent(void)
{
    detached_child_outlives(true);
}

static void detached_child_is_not_waited_for(void)
{
    detached_child_outlives(false);
}

static test_gate_t thread_gate;
static mp_process_t *thread_child;

static void start_one(int number)
{
    (void) number;
    thread_child = test_create(test_wait_at_gate, MP_ARGS(thread_gate.name, 4));
    (void) mp_process_start(thread_child);
}

static void end_of_a_thread_is_not_that_of_its_process(void)
{
    test_gate_create(&thread_gate);
    test_run_threads(1, start_one);
    test_gate_await(&thread_gate, 1);
    assert_int_equal(mp_process_join(thread_child, 50), MP_ETIMEDOUT);
    test_gate_release(&thread_gate, 1);
    assert_int_equal(test_finish(thread_child), 4);
    test_gate_destroy(&thread_gate);
}

static void contradictions_are_refused(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    bool thread = test_method_is("thread");

    options.detached = true;
    int r = mp_process_create(&process, wait_for_the_end, NULL, &options);
    assert_int_equal(r, thread ? MP_ENOTSUP : 0);
    assert_false(mp_process_daemon(process));
    mp_process_destroy(process);
    options.daemon = MP_YES;
    r = mp_process_create(&process, wait_for_the_end, NULL, &options);
    assert_int_equal(r, MP_EINVAL);
}

static const struct test tests[] = {
    {"children end with a killed parent", children_end_with_a_killed_parent,
     TEST_PROCESSES},
    {"grandchildren end with it, too", grandchildren_end_too, TEST_PROCESSES},
#ifndef _WIN32
    {"children end when their parent becomes another program by exec",
     children_end_when_their_parent_becomes_another_program, TEST_PROCESSES},
#endif
    {"a detached child outlives a killed parent",
     detached_child_outlives_a_killed_parent, TEST_PROCESSES},
    {"a detached child is not waited for at the end of its parent",
     detached_child_is_not_waited_for, TEST_PROCESSES},
    {"the end of a thread that started a child does not end the child",
     end_of_a_thread_is_not_that_of_its_process, TEST_ALL},
    {"what cannot be detached is refused", contradictions_are_refused,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("orphans", tests, sizeof(tests) / sizeof(tests[0]));
}
