// SPDX-License-Identifier: Apache-2.0
// What a process is to its children: daemons, waiting for them, the key.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int return_zero(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(return_zero)

// ---- daemons ----

static int tell_daemon(const mp_args_t *args)
{
    mp_process_options_t options = {.context =
                                        mp_get_context(mp_args_text(args, 0))};
    mp_process_t *below = NULL;

    if (mp_process_create(&below, return_zero, NULL, &options) < 0) {
        return 1;
    }
    bool inherited = mp_process_daemon(below);
    int r = mp_process_start(below);
    if (r == 0) {
        (void) mp_process_join(below, TEST_GUARD_MS);
    }
    mp_process_destroy(below);
    return mp_failure(0, "%d %d %s: %s",
                      mp_process_daemon(mp_current_process()), inherited,
                      mp_errname(r), r < 0 ? mp_last_error()->message : "");
}
MP_TARGET(tell_daemon)

static void daemonic_processes_may_not_have_children(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.daemon = MP_YES;
    assert_int_equal(mp_process_create(&process, tell_daemon,
                                       MP_ARGS(test_method()), &options),
                     0);
    assert_true(mp_process_daemon(process));
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    const char *said = mp_process_failure(process);
    assert_non_null(said);
    assert_int_equal(strncmp(said, "1 1 MP_ESTATE: ", 15), 0);
    assert_non_null(strstr(said, "daemonic"));
    assert_int_equal(test_finish(process), 0);
}

static void other_processes_may_have_children(void)
{
    char answer[200];

    test_ask(tell_daemon, MP_ARGS(test_method()), answer, sizeof(answer));
    assert_string_equal(answer, "0 0 MP_OK: ");
}

static void daemon_is_settled_at_the_start(void)
{
    mp_process_t *process = test_create(return_zero, NULL);

    assert_false(mp_process_daemon(process));
    assert_int_equal(mp_process_set_daemon(process, true), 0);
    assert_true(mp_process_daemon(process));
    assert_int_equal(mp_process_set_daemon(process, false), 0);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(mp_process_set_daemon(process, true), MP_ESTATE);
    assert_false(mp_process_daemon(process));
    assert_int_equal(test_finish(process), 0);
}

// ---- children ----

#define FEW 3

static void expect_children(mp_process_t *const *expected, size_t count)
{
    mp_process_t **children = NULL;
    size_t found = 0;
    size_t same = 0;

    assert_int_equal(mp_active_children(&children, &found), 0);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            same += strcmp(mp_process_name(children[i]),
                           mp_process_name(expected[j])) == 0;
        }
    }
    assert_int_equal(same, count);
    mp_active_children_free(children, found);
}

static void active_children_are_those_that_run(void)
{
    mp_process_t *processes[FEW];
    test_gate_t gate;

    test_gate_create(&gate);
    for (int i = 0; i < FEW; i++) {
        processes[i] = test_start(test_wait_at_gate, MP_ARGS(gate.name, 0));
    }
    mp_process_t *unstarted = test_create(test_wait_at_gate, NULL);
    test_gate_await(&gate, FEW);
    expect_children(processes, FEW);
    test_gate_release(&gate, FEW);
    for (int i = 0; i < FEW; i++) {
        test_await_end(processes[i]);
    }
    expect_children(processes, 0);
    assert_true(test_has_no_children()); // they were collected on the way
    for (int i = 0; i < FEW; i++) {
        assert_int_equal(test_finish(processes[i]), 0);
    }
    mp_process_destroy(unstarted);
    test_gate_destroy(&gate);
}

static int leave_child_behind(const mp_args_t *args)
{
    mp_process_t *below = NULL;
    int r = test_start_below(
        &below, mp_args_text(args, 0), mp_args_bool(args, 1) ? MP_YES : MP_NO,
        test_wait_at_gate, MP_ARGS(mp_args_text(args, 2), 0));

    if (r < 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    long long pid = mp_process_pid(below);
    mp_process_destroy(below);
    if (test_gate_pass(mp_args_text(args, 3)) != 0) {
        return 2;
    }
    mp_exit(mp_failure(8, "%lld", pid));
}
MP_TARGET(leave_child_behind)

static mp_process_t *start_leaving(test_gate_t *below, test_gate_t *leave,
                                   bool daemon)
{
    test_gate_create(below);
    test_gate_create(leave);
    mp_process_t *process =
        test_start(leave_child_behind,
                   MP_ARGS(test_method(), daemon, below->name, leave->name));
    test_gate_await(below, 1);
    test_gate_await(leave, 1);
    test_gate_release(leave, 1);
    return process;
}

// ---- children that nobody holds ----

#define FORGOTTEN 12 // more than one start looks at

static int64_t forget_one(const test_gate_t *gate)
{
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate->name, 0));
    int64_t pid = mp_process_pid(process);

    mp_process_destroy(process);
    return pid;
}

static bool any_exists(const int64_t *pids, int count)
{
    bool any = false;

    for (int i = 0; i < count; i++) {
        any |= test_process_exists(pids[i]);
    }
    return any;
}

// Others that run on lie before them in the list.
static void forgotten_children_are_collected_by_later_starts(void)
{
    int64_t deadline = test_now_ms() + TEST_GUARD_MS;
    int64_t ending[FORGOTTEN];
    test_gate_t gate;
    test_gate_t later;

    test_gate_create(&gate);
    test_gate_create(&later);
    for (int i = 0; i < FORGOTTEN; i++) {
        ending[i] = forget_one(&gate);
    }
    for (int i = 0; i < FORGOTTEN; i++) {
        (void) forget_one(&later);
    }
    test_gate_await(&gate, FORGOTTEN);
    test_gate_release(&gate, FORGOTTEN);
    while (any_exists(ending, FORGOTTEN) && test_now_ms() < deadline) {
        assert_int_equal(test_call(return_zero, NULL), 0);
    }
    assert_false(any_exists(ending, FORGOTTEN));
    test_gate_release(&later, FORGOTTEN);
    assert_int_equal(mp_shutdown(TEST_GUARD_MS), 0);
    test_gate_destroy(&gate);
    test_gate_destroy(&later);
}

// ---- children of a thread that has ended ----

static mp_process_t *made_by_thread;
static const char *method_of_made;
static const char *gate_of_made;

static int make_one(const mp_args_t *args)
{
    const mp_process_options_t options = {.context =
                                              mp_get_context(method_of_made)};

    (void) args;
    return mp_process_create(&made_by_thread, test_wait_at_gate,
                             MP_ARGS(gate_of_made, 6), &options);
}

static void start_made(int number)
{
    (void) number;
    (void) mp_process_start(made_by_thread);
}

// The thread of the thread method has ended before its child is started.
static void child_of_an_ended_thread_is_its_process_s(void)
{
    const mp_process_options_t options = {.context = mp_get_context("thread")};
    mp_process_t *thread = NULL;
    test_gate_t gate;

    test_gate_create(&gate);
    method_of_made = test_method();
    gate_of_made = gate.name;
    assert_int_equal(mp_process_create(&thread, make_one, NULL, &options), 0);
    assert_int_equal(mp_process_start(thread), 0);
    assert_int_equal(test_finish(thread), 0);
    test_run_threads(1, start_made);
    test_gate_await(&gate, 1);
    expect_children(&made_by_thread, 1);
    assert_int_equal(mp_shutdown(20), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(mp_shutdown(TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(made_by_thread), 6);
    test_gate_destroy(&gate);
}

static void child_waits_for_its_children(void)
{
    test_gate_t below;
    test_gate_t leave;
    mp_process_t *process = start_leaving(&below, &leave, false);

    assert_int_equal(mp_process_join(process, 100), MP_ETIMEDOUT);
    test_gate_release(&below, 1);
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 8);
    mp_process_destroy(process);
    test_gate_destroy(&below);
    test_gate_destroy(&leave);
}

static void child_terminates_its_daemons(void)
{
    test_gate_t below;
    test_gate_t leave;
    mp_process_t *process = start_leaving(&below, &leave, true);

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 8);
    const char *said = mp_process_failure(process);
    assert_non_null(said);
    assert_false(test_process_exists(strtoll(said, NULL, 10)));
    mp_process_destroy(process);
    test_gate_destroy(&below);
    test_gate_destroy(&leave);
}

// ---- the key ----

static int tell_key(const mp_args_t *args)
{
    const void *key = NULL;
    size_t size = 0;
    char text[201] = "";

    (void) args;
    if (mp_process_authkey(mp_current_process(), &key, &size) != 0) {
        return 1;
    }
    for (size_t i = 0; i < size && i < 100; i++) {
        (void) snprintf(text + 2 * i, 3, "%02x",
                        ((const unsigned char *) key)[i]);
    }
    return mp_failure(0, "%s", text);
}
MP_TARGET(tell_key)

static void key_is_inherited(void)
{
    const void *key = NULL;
    size_t size = 0;
    char expected[65];
    char answer[300];
    unsigned bits = 0;

    assert_int_equal(mp_process_authkey(mp_current_process(), &key, &size), 0);
    assert_int_equal(size, 32);
    for (size_t i = 0; i < size; i++) {
        bits |= ((const unsigned char *) key)[i];
        (void) snprintf(expected + 2 * i, 3, "%02x",
                        ((const unsigned char *) key)[i]);
    }
    assert_int_not_equal(bits, 0);
    test_ask(tell_key, NULL, answer, sizeof(answer));
    assert_string_equal(answer, expected);
}

static void key_of_one_child_can_be_set(void)
{
    mp_process_t *process = test_create(tell_key, NULL);
    const void *key = NULL;
    size_t size = 0;

    assert_int_equal(mp_process_set_authkey(process, NULL, 3), MP_EINVAL);
    assert_int_equal(mp_process_set_authkey(process, "a\0c", 3), 0);
    assert_int_equal(mp_process_authkey(process, &key, &size), 0);
    assert_int_equal(size, 3);
    assert_memory_equal(key, "a\0c", 3);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), "610063");
    assert_int_equal(test_finish(process), 0);
}

static void key_is_taken_at_create(void)
{
    unsigned char own[32];
    const void *key = NULL;
    size_t size = 0;

    assert_int_equal(mp_process_authkey(mp_current_process(), &key, &size), 0);
    assert_int_equal(size, sizeof(own));
    memcpy(own, key, sizeof(own));
    assert_int_equal(mp_process_set_authkey(mp_current_process(), "k", 1), 0);
    mp_process_t *process = test_create(tell_key, NULL);
    assert_int_equal(
        mp_process_set_authkey(mp_current_process(), own, sizeof(own)), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), "6b");
    assert_int_equal(test_finish(process), 0);
}

static const struct test tests[] = {
    {"daemonic processes may not have children",
     daemonic_processes_may_not_have_children, TEST_ALL},
    {"other processes may have children", other_processes_may_have_children,
     TEST_ALL},
    {"whether a process is daemonic is settled at its start",
     daemon_is_settled_at_the_start, TEST_ALL},
    {"the active children are those that run",
     active_children_are_those_that_run, TEST_ALL},
    {"children that nobody holds are collected by later starts",
     forgotten_children_are_collected_by_later_starts, TEST_PROCESSES},
    {"a child of a thread that has ended is one of the process",
     child_of_an_ended_thread_is_its_process_s, TEST_ALL},
    {"a child waits for its children when it ends",
     child_waits_for_its_children, TEST_ALL},
    {"a child terminates its daemons when it ends",
     child_terminates_its_daemons, TEST_PROCESSES},
    {"the key of the family is inherited", key_is_inherited, TEST_ALL},
    {"the key of one child can be set", key_of_one_child_can_be_set, TEST_ALL},
    {"the key is taken when the process is created", key_is_taken_at_create,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("children", tests, sizeof(tests) / sizeof(tests[0]));
}
