// SPDX-License-Identifier: Apache-2.0
// Handles that a child is given: copies of its own, and nobody else's.
#include "tests/handles.h"

#include <stdio.h>
#include <string.h>

#define PIPES 10

static mp_process_t *create_with(mp_target_fn target, const mp_args_t *args,
                                 const intptr_t *handles, size_t count)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.handles = handles;
    options.handle_count = count;
    assert_int_equal(mp_process_create(&process, target, args, &options), 0);
    return process;
}

static mp_process_t *start_with(mp_target_fn target, const mp_args_t *args,
                                const intptr_t *handles, size_t count)
{
    mp_process_t *process = create_with(target, args, handles, count);
    int r = mp_process_start(process);

    if (r != 0) {
        fail_msg("start: %s: %s", mp_errname(r), mp_last_error()->message);
    }
    return process;
}

// The other end is at its end only when nobody has the pipe any more.
static void expect_text(intptr_t reading, const char *expected)
{
    char text[300];

    test_read_pipe(reading, text, sizeof(text));
    assert_string_equal(text, expected);
    test_close_handle(reading);
}

// ---- one ----

static int write_and_close(const mp_args_t *args)
{
    intptr_t handle = -1;
    intptr_t again = -1;

    if (mp_inherited_handle(0, &handle) != 0 ||
        mp_inherited_handle(0, &again) != 0 || again != handle) {
        return 1;
    }
    if (test_is_inheritable(handle)) {
        return 2;
    }
    if (test_put(handle, mp_args_text(args, 0)) != 0 ||
        test_close_own(handle) != 0) {
        return 3;
    }
    return test_gate_pass(mp_args_text(args, 1)) == 0 ? 7 : 4;
}
MP_TARGET(write_and_close)

// The child closes it while it runs; the parent has closed its own. A forked
// child has the original, too, until it ends.
static void child_has_a_copy_of_its_own(void)
{
    test_gate_t gate;
    intptr_t reading;
    intptr_t writing;

    test_gate_create(&gate);
    test_make_pipe(&reading, &writing);
    mp_process_t *process = start_with(
        write_and_close, MP_ARGS("through it", gate.name), &writing, 1);
    test_close_handle(writing);
    if (test_method_is("fork")) {
        test_gate_release(&gate, 1);
    }
    expect_text(reading, "through it");
    if (!test_method_is("fork")) {
        test_gate_release(&gate, 1);
    }
    assert_int_equal(test_finish(process), 7);
    test_gate_destroy(&gate);
}

static int return_its_argument(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_its_argument)

static void what_is_not_asked_for_is_closed_at_the_end(void)
{
    intptr_t reading;
    intptr_t writing;

    test_make_pipe(&reading, &writing);
    mp_process_t *process =
        start_with(return_its_argument, MP_ARGS(3), &writing, 1);
    assert_int_equal(test_finish(process), 3);
    test_close_handle(writing);
    expect_text(reading, "");
}

// ---- many ----

// Writes a letter into each, in their order: the k-th round gets the letter k.
static int write_letters(const mp_args_t *args)
{
    size_t count = (size_t) mp_args_int(args, 0);
    intptr_t handle = -1;

    for (size_t i = 0; i < count; i++) {
        char letter[2] = {(char) ('a' + i / PIPES), '\0'};
        if (mp_inherited_handle(i, &handle) != 0 ||
            test_put(handle, letter) != 0) {
            return mp_failure(1, "handle %zu", i);
        }
    }
    if (mp_inherited_handle(count, &handle) != MP_ENOENT) {
        return 2;
    }
    for (size_t i = 0; i < count; i++) {
        if (mp_inherited_handle(i, &handle) != 0 ||
            test_close_own(handle) != 0) {
            return mp_failure(3, "handle %zu", i);
        }
    }
    return 0;
}
MP_TARGET(write_letters)

static void each_has_its_place(void)
{
    intptr_t handles[MP_HANDLES_MOST];
    intptr_t reading[PIPES];
    char expected[MP_HANDLES_MOST / PIPES + 1] = "";

    for (int i = 0; i < PIPES; i++) {
        test_make_pipe(&reading[i], &handles[i]);
    }
    for (int i = PIPES; i < MP_HANDLES_MOST; i++) {
        handles[i] = handles[i % PIPES]; // the same again is another copy
    }
    for (int i = 0; i < MP_HANDLES_MOST / PIPES; i++) {
        expected[i] = (char) ('a' + i);
    }
    mp_process_t *process = start_with(write_letters, MP_ARGS(MP_HANDLES_MOST),
                                       handles, MP_HANDLES_MOST);
    assert_int_equal(test_finish(process), 0);
    for (int i = 0; i < PIPES; i++) {
        test_close_handle(handles[i]);
        expect_text(reading[i], expected);
    }
}

// ---- from hand to hand ----

static int write_it(const mp_args_t *args)
{
    intptr_t handle = -1;

    if (mp_inherited_handle(1, &handle) != 0) {
        return 1;
    }
    int r = test_put(handle, mp_args_text(args, 0));
    return r == 0 && test_close_own(handle) == 0 ? 5 : 2;
}
MP_TARGET(write_it)

static int pass_it_on(const mp_args_t *args)
{
    intptr_t handles[2] = {-1, -1};
    mp_process_options_t options = {.context =
                                        mp_get_context(mp_args_text(args, 1)),
                                    .handles = handles,
                                    .handle_count = 2};
    mp_process_t *below = NULL;

    if (mp_inherited_handle(0, &handles[0]) != 0) {
        return 10;
    }
    handles[1] = handles[0];
    if (mp_process_create(&below, write_it, args, &options) < 0 ||
        mp_process_start(below) < 0) {
        return mp_failure(11, "%s", mp_last_error()->message);
    }
    int r = mp_process_join(below, TEST_GUARD_MS);
    int code = mp_process_exitcode(below);
    mp_process_destroy(below);
    return r == 0 && test_close_own(handles[0]) == 0 ? code : 12;
}
MP_TARGET(pass_it_on)

static void child_gives_it_to_its_own_child(void)
{
    const char *const *methods = mp_get_all_start_methods();

    for (size_t i = 0; methods[i] != NULL; i++) {
        intptr_t reading;
        intptr_t writing;
        test_make_pipe(&reading, &writing);
        mp_process_t *process = start_with(
            pass_it_on, MP_ARGS("down there", methods[i]), &writing, 1);
        assert_int_equal(test_finish(process), 5);
        test_close_handle(writing);
        expect_text(reading, "down there");
    }
}

// ---- at once ----

static test_gate_t gates[2];
static intptr_t readings[2];
static mp_process_t *children[2];

static void start_one(int number)
{
    intptr_t writing;

    test_make_pipe(&readings[number], &writing);
    children[number] = create_with(test_wait_at_gate,
                                   MP_ARGS(gates[number].name, 0), &writing, 1);
    (void) mp_process_start(children[number]);
    test_close_handle(writing);
}

// Two start at the same time, again and again: what one is given must not be
// held by the other.
static void nobody_else_has_it(void)
{
    for (int round = 0; round < 10; round++) {
        test_gate_create(&gates[0]);
        test_gate_create(&gates[1]);
        test_run_threads(2, start_one);
        int first = round % 2;
        test_gate_await(&gates[0], 1);
        test_gate_await(&gates[1], 1);
        test_gate_release(&gates[first], 1);
        expect_text(readings[first], "");
        assert_int_equal(test_finish(children[first]), 0);
        assert_int_equal(mp_process_is_alive(children[1 - first]), 1);
        test_gate_release(&gates[1 - first], 1);
        expect_text(readings[1 - first], "");
        assert_int_equal(test_finish(children[1 - first]), 0);
        test_gate_destroy(&gates[0]);
        test_gate_destroy(&gates[1]);
    }
}

// ---- what cannot be ----

static void expect_refused(const intptr_t *handles, size_t count)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.handles = handles;
    options.handle_count = count;
    assert_int_equal(
        mp_process_create(&process, return_its_argument, MP_ARGS(1), &options),
        MP_EINVAL);
    assert_null(process);
}

static void impossible_handles_are_refused(void)
{
    intptr_t handles[MP_HANDLES_MOST + 1] = {0};

    expect_refused(handles, MP_HANDLES_MOST + 1);
    expect_refused(NULL, 1);
    handles[0] = -1;
    expect_refused(handles, 1);
}

static void closed_handle_is_an_error_of_start(void)
{
    intptr_t handles[2];
    intptr_t reading;

    test_make_pipe(&reading, &handles[0]);
    handles[1] = reading;
    mp_process_t *process =
        create_with(return_its_argument, MP_ARGS(1), handles, 2);
    test_close_handle(reading);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_process_start(process), MP_EINVAL);
        assert_non_null(strstr(mp_last_error()->message, "not open"));
    }
    mp_process_destroy(process);
    test_close_handle(handles[0]);
}

static void first_process_was_given_nothing(void)
{
    intptr_t handle = -1;

    assert_int_equal(mp_inherited_handle(0, &handle), MP_ESTATE);
    assert_int_equal(mp_inherited_handle(0, NULL), MP_EINVAL);
}

static int ask_for_one(const mp_args_t *args)
{
    intptr_t handle = -1;

    (void) args;
    return mp_inherited_handle(0, &handle) == MP_ENOENT ? 0 : 1;
}
MP_TARGET(ask_for_one)

static void child_was_given_nothing(void)
{
    assert_int_equal(test_call(ask_for_one, NULL), 0);
}

static const struct test tests[] = {
    {"a child has a copy of its own of what it is given",
     child_has_a_copy_of_its_own, TEST_ALL},
    {"what a child does not ask for is closed at its end",
     what_is_not_asked_for_is_closed_at_the_end, TEST_ALL},
    {"each of many has its place", each_has_its_place, TEST_ALL},
    {"a child can give to its own child what it was given",
     child_gives_it_to_its_own_child, TEST_ALL},
    {"what one child is given, another that starts at once has not",
     nobody_else_has_it, TEST_SPAWN},
    {"handles that cannot be are refused", impossible_handles_are_refused,
     TEST_ALL},
    {"a handle that is not open is an error of start",
     closed_handle_is_an_error_of_start, TEST_ALL},
    {"the first process was given nothing", first_process_was_given_nothing,
     TEST_ONCE},
    {"a child that was given nothing is told so", child_was_given_nothing,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("handles", tests, sizeof(tests) / sizeof(tests[0]));
}
