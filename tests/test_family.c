// SPDX-License-Identifier: Apache-2.0
// Who a process is: itself, its parent, its name and its line.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- this process and its parent ----

static void first_process_has_no_parent(void)
{
    mp_process_t *self = mp_current_process();

    assert_null(mp_parent_process());
    assert_ptr_equal(mp_current_process(), self);
    assert_string_equal(mp_process_name(self), "MainProcess");
    assert_int_equal(mp_process_pid(self), test_own_pid());
    assert_int_equal(mp_process_is_alive(self), 1);
    assert_int_equal(mp_process_exitcode(self), MP_EXITCODE_NONE);
    assert_false(mp_process_daemon(self));
    assert_int_equal(mp_process_join(self, 0), MP_ESTATE);
    assert_int_equal(mp_process_start(self), MP_ESTATE);
    assert_int_equal(mp_process_terminate(self), MP_ESTATE);
}

static int tell_self(const mp_args_t *args)
{
    mp_process_t *self = mp_current_process();

    (void) args;
    if (mp_process_is_alive(self) != 1 ||
        mp_process_join(self, 0) != MP_ESTATE ||
        mp_process_exitcode(self) != MP_EXITCODE_NONE) {
        return 1;
    }
    return mp_failure(0, "%s %lld %lld", mp_process_name(self),
                      (long long) mp_process_pid(self),
                      (long long) test_own_pid());
}
MP_TARGET(tell_self)

static void child_knows_itself(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    char expected[100];

    options.name = "a worker";
    assert_int_equal(mp_process_create(&process, tell_self, NULL, &options), 0);
    assert_int_equal(mp_process_start(process), 0);
    long long pid = mp_process_pid(process);
    assert_int_equal(pid == test_own_pid(), test_method_is("thread"));
    (void) snprintf(expected, sizeof(expected), "a worker %lld %lld", pid, pid);
    test_join(process);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), expected);
    assert_int_equal(mp_process_pid(process), pid); // also after the end
    assert_int_equal(test_finish(process), 0);
}

static int tell_parent(const mp_args_t *args)
{
    mp_process_t *parent = mp_parent_process();

    (void) args;
    if (parent == NULL) {
        return 1;
    }
    if (mp_process_is_alive(parent) != 1 ||
        mp_process_join(parent, 0) != MP_ETIMEDOUT ||
        mp_process_terminate(parent) != MP_ESTATE) {
        return 2;
    }
    return mp_failure(0, "%s %lld", mp_process_name(parent),
                      (long long) mp_process_pid(parent));
}
MP_TARGET(tell_parent)

static void child_knows_its_parent(void)
{
    char expected[100];
    char answer[100];

    (void) snprintf(expected, sizeof(expected), "MainProcess %lld",
                    (long long) test_own_pid());
    test_ask(tell_parent, NULL, answer, sizeof(answer));
    assert_string_equal(answer, expected);
}

static int watch_parent(const mp_args_t *args)
{
    mp_process_t *parent = mp_parent_process();

    if (mp_process_join(parent, 0) != MP_ETIMEDOUT ||
        test_gate_arrive(mp_args_text(args, 0)) != 0) {
        return 1;
    }
    if (mp_process_join(parent, TEST_GUARD_MS) != 0 ||
        mp_process_is_alive(parent) != 0) {
        return 2;
    }
    return test_gate_arrive(mp_args_text(args, 1));
}
MP_TARGET(watch_parent)

static int be_watched(const mp_args_t *args)
{
    const mp_process_options_t options = {
        .context = mp_get_context(mp_args_text(args, 2)),
        .detached = true}; // or it would end with its parent
    mp_process_t *below = NULL;
    int r = mp_process_create(&below, watch_parent, args, &options);

    if (r == 0) {
        r = mp_process_start(below);
    }
    return r < 0 ? 1 : mp_process_join(below, TEST_GUARD_MS);
}
MP_TARGET(be_watched)

static void child_sees_the_end_of_its_parent(void)
{
    test_gate_t watching;
    test_gate_t seen;

    test_gate_create(&watching);
    test_gate_create(&seen);
    mp_process_t *process = test_start(
        be_watched, MP_ARGS(watching.name, seen.name, test_method()));
    test_gate_await(&watching, 1);
    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(test_finish(process), -9);
    test_gate_await(&seen, 1);
    test_gate_destroy(&watching);
    test_gate_destroy(&seen);
}

// ---- names ----

static int number_of(const mp_process_t *process)
{
    int number = 0;
    int end = 0;
    const char *name = mp_process_name(process);

    assert_int_equal(sscanf(name, "Process-%d%n", &number, &end), 1);
    assert_int_equal(name[end], '\0');
    return number;
}

static void processes_are_numbered(void)
{
    mp_process_t *first = test_create(tell_self, NULL);
    mp_process_t *second = test_create(tell_self, NULL);

    assert_int_equal(number_of(second), number_of(first) + 1);
    mp_process_destroy(first);
    mp_process_destroy(second);
}

static void name_can_be_given_and_changed(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    char name[] = "given";

    options.name = name;
    assert_int_equal(mp_process_create(&process, tell_self, NULL, &options), 0);
    memset(name, 'x', sizeof(name) - 1);
    assert_string_equal(mp_process_name(process), "given");
    assert_int_equal(mp_process_set_name(process, NULL), MP_EINVAL);
    assert_string_equal(mp_process_name(process), "given");
    assert_int_equal(mp_process_set_name(process, "ch\xc3\xa4nged"), 0);
    assert_string_equal(mp_process_name(process), "ch\xc3\xa4nged");
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    const char *said = mp_process_failure(process);
    assert_non_null(said);
    assert_int_equal(strncmp(said, "ch\xc3\xa4nged ", 9), 0);
    mp_process_destroy(process);
}

static int ask_below(const char *method, char *answer, size_t size)
{
    mp_process_t *below = NULL;

    if (test_start_below(&below, method, MP_DEFAULT, tell_self, NULL) < 0 ||
        mp_process_join(below, TEST_GUARD_MS) < 0 ||
        mp_process_failure(below) == NULL) {
        return -1;
    }
    (void) snprintf(answer, size, "%s", mp_process_failure(below));
    answer[strcspn(answer, " ")] = '\0';
    mp_process_destroy(below);
    return 0;
}

static int tell_names_below(const mp_args_t *args)
{
    char first[100];
    char second[100];

    if (ask_below(mp_args_text(args, 0), first, sizeof(first)) != 0 ||
        ask_below(mp_args_text(args, 0), second, sizeof(second)) != 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    return mp_failure(0, "%s %s", first, second);
}
MP_TARGET(tell_names_below)

static void grandchildren_are_named_after_their_line(void)
{
    mp_process_t *process =
        test_create(tell_names_below, MP_ARGS(test_method()));
    int number = number_of(process);
    char expected[100];

    // The line counts, not the name.
    assert_int_equal(mp_process_set_name(process, "another name"), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    (void) snprintf(expected, sizeof(expected), "Process-%d:1 Process-%d:2",
                    number, number);
    assert_non_null(mp_process_failure(process));
    assert_string_equal(mp_process_failure(process), expected);
    assert_int_equal(test_finish(process), 0);
}

// ---- methods ----

// Each level starts the next by the next method; returns how many there were.
static int start_next(const mp_args_t *args)
{
    static const char *const methods[] = {"fork", "spawn", "thread"};
    int64_t levels = mp_args_int(args, 0);
    const char *method = methods[(levels * mp_args_int(args, 1)) % 3];
    mp_process_t *below = NULL;

    if (levels == 0) {
        return 0;
    }
    if (mp_context_method(mp_get_context(method)) == NULL) {
        method = "spawn"; // where there is no fork
    }
    if (test_start_below(&below, method, MP_DEFAULT, start_next,
                         MP_ARGS(levels - 1, mp_args_int(args, 1))) < 0 ||
        mp_process_join(below, TEST_GUARD_MS) < 0) {
        return 100;
    }
    int code = mp_process_exitcode(below);
    mp_process_destroy(below);
    return code + 1;
}
MP_TARGET(start_next)

static void methods_can_be_mixed(void)
{
    if (getenv("MP_TEST_WITHOUT") != NULL) {
        skip();
    }
    assert_int_equal(test_call(start_next, MP_ARGS(7, 1)), 7);
    assert_int_equal(test_call(start_next, MP_ARGS(7, 2)), 7);
}

static const struct test tests[] = {
    {"the first process has no parent", first_process_has_no_parent, TEST_ONCE},
    {"a child knows its name and its pid", child_knows_itself, TEST_ALL},
    {"a child knows its parent", child_knows_its_parent, TEST_ALL},
    {"a child sees the end of its parent", child_sees_the_end_of_its_parent,
     TEST_PROCESSES},
    {"processes are numbered", processes_are_numbered, TEST_ALL},
    {"a name can be given and changed", name_can_be_given_and_changed,
     TEST_ALL},
    {"grandchildren are named after their line",
     grandchildren_are_named_after_their_line, TEST_ALL},
    {"a child starts its own children by any method", methods_can_be_mixed,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("family", tests, sizeof(tests) / sizeof(tests[0]));
}
