// SPDX-License-Identifier: Apache-2.0
// What a child has of its parent's descriptors or handles: a spawned one
// nothing that it was not given, a forked one what POSIX gives it.
#include "tests/handles.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 400
#define GIVEN 20
#define LIST_SIZE 4000

// ---- nothing but what is named ----

// The arguments are what the parent has there.
static int count_seen(const mp_args_t *args)
{
    int seen = 0;

    for (size_t i = 0; i < mp_args_count(args); i++) {
        seen += test_sees_handle((intptr_t) mp_args_int(args, i));
    }
    return mp_failure(0, "%d %d", seen, test_count_inheritable());
}
MP_TARGET(count_seen)

static void child_sees_nothing_inheritable(void)
{
    intptr_t handles[MANY];
    mp_arg_t items[MANY];
    char answer[50];
    char expected[50];
    int seen = test_method_is("spawn") ? 0 : MANY;

    test_open_inheritable(handles, MANY);
    for (int i = 0; i < MANY; i++) {
        items[i] = MP_INT(handles[i]);
    }
    assert_int_equal(test_count_inheritable(), MANY);
    assert_true(test_sees_handle(handles[0]));
    test_ask(count_seen, &(mp_args_t){MANY, items}, answer, sizeof(answer));
    test_close_inheritable(handles, MANY);
    (void) snprintf(expected, sizeof(expected), "%d %d", seen, seen);
    assert_string_equal(answer, expected);
}

// ---- every number ----

static int tell_descriptors(const mp_args_t *args)
{
    char list[900]; // a text for the parent has 1000

    (void) args;
    test_list_handles(list, sizeof(list));
    return mp_failure(0, "%s", list);
}
MP_TARGET(tell_descriptors)

static bool next_number(const char **list, long *number)
{
    char *rest = NULL;

    *number = strtol(*list, &rest, 10);
    bool found = rest != *list;
    *list = rest;
    return found;
}

// Above stderr: the start channel, the parent's end, and what tells the child's
// end where the system does not; then what it was given.
static void expect_only_its_own(const char *list, int given)
{
    int count = 0;
    int above = 0;
    long number;

    while (next_number(&list, &number)) {
        count++;
        above += number > 2;
    }
    assert_in_range(count - above, 0, 3);
    if (count > 0) { // the system tells
        assert_in_range(above, given, given + 3);
    }
}

static void child_has_the_standard_three_and_the_librarys(void)
{
    char answer[1000];

    test_ask(tell_descriptors, NULL, answer, sizeof(answer));
    expect_only_its_own(answer, 0);
}

static void ask_with(const mp_process_options_t *options, char *answer,
                     size_t size)
{
    mp_process_t *process = NULL;

    assert_int_equal(
        mp_process_create(&process, tell_descriptors, NULL, options), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_non_null(mp_process_failure(process));
    (void) snprintf(answer, size, "%s", mp_process_failure(process));
    assert_int_equal(test_finish(process), 0);
}

// Low numbers, too: those that the child's own get are taken in the parent.
static void child_has_what_it_is_given_and_no_more(void)
{
    intptr_t foreign[MANY];
    intptr_t reading[GIVEN];
    intptr_t writing[GIVEN];
    char answer[1000];
    mp_process_options_t options = test_options();

    test_open_inheritable(foreign, MANY);
    for (int i = 0; i < GIVEN; i++) {
        test_make_pipe(&reading[i], &writing[i]);
    }
    options.handles = writing;
    options.handle_count = GIVEN;
    ask_with(&options, answer, sizeof(answer));
    expect_only_its_own(answer, GIVEN);
    test_close_inheritable(foreign, MANY);
    for (int i = 0; i < GIVEN; i++) {
        test_close_handle(reading[i]);
        test_close_handle(writing[i]);
    }
}

// ---- at once ----

#define STARTERS 2
#define STARTS 6

static atomic_int starters_left;
static atomic_int leaks;
static atomic_int failures;

static int count_inheritable(const mp_args_t *args)
{
    int count = test_count_inheritable();

    (void) args;
    return count > 100 ? 100 : count;
}
MP_TARGET(count_inheritable)

static void start_some(void)
{
    for (int i = 0; i < STARTS; i++) {
        mp_process_t *process = NULL;
        const mp_process_options_t options = {.context =
                                                  mp_get_context("spawn")};
        if (mp_process_create(&process, count_inheritable, NULL, &options) <
                0 ||
            mp_process_start(process) < 0 ||
            mp_process_join(process, TEST_GUARD_MS) < 0) {
            atomic_fetch_add(&failures, 1);
        } else {
            atomic_fetch_add(&leaks, mp_process_exitcode(process));
        }
        mp_process_destroy(process);
    }
    atomic_fetch_sub(&starters_left, 1);
}

// POSIX alone knows no way to keep from a child what is opened while it is
// being started.
static void open_some(void)
{
#ifndef MP_TEST_PORTABLE
    intptr_t handles[20];

    while (atomic_load(&starters_left) > 0) {
        test_open_inheritable(handles, 20);
        test_close_inheritable(handles, 20);
    }
#endif
}

static void start_or_open(int number)
{
    if (number < STARTERS) {
        start_some();
    } else {
        open_some();
    }
}

static void nothing_leaks_while_others_start_and_open(void)
{
    intptr_t handles[MANY];

    atomic_store(&starters_left, STARTERS);
    atomic_store(&leaks, 0);
    atomic_store(&failures, 0);
    test_open_inheritable(handles, MANY);
    test_run_threads(STARTERS + 1, start_or_open);
    test_close_inheritable(handles, MANY);
    assert_int_equal(atomic_load(&failures), 0);
    assert_int_equal(atomic_load(&leaks), 0);
}

// ---- a forked child ----

static char before_the_library[LIST_SIZE];

static bool contains(const char *list, long wanted)
{
    long number;

    while (next_number(&list, &number)) {
        if (number == wanted) {
            return true;
        }
    }
    return false;
}

// Beside what the program had from its start and what this test opens, the
// parent has what its library needs for other children: none of that is there.
static void forked_child_has_all_but_the_librarys(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *others[3] = {NULL};
    intptr_t foreign[10];
    test_gate_t gate;
    char answer[1000];
    long number;
    int own = 0;

    test_gate_create(&gate);
    options.standard_input.kind = MP_STDIO_PIPE;
    options.standard_output.kind = MP_STDIO_PIPE;
    for (int i = 0; i < 3; i++) {
        options.context = mp_get_context(i == 1 ? "fork" : "spawn");
        assert_int_equal(mp_process_create(&others[i], test_wait_at_gate,
                                           MP_ARGS(gate.name, 0), &options),
                         0);
        assert_int_equal(mp_process_start(others[i]), 0);
    }
    test_gate_await(&gate, 3);
    test_open_inheritable(foreign, 10);
    test_ask(tell_descriptors, NULL, answer, sizeof(answer));
    for (const char *rest = answer; next_number(&rest, &number);) {
        bool programs = contains(before_the_library, number) ||
                        number == gate.arrived || number == gate.open;
        for (int i = 0; i < 10; i++) {
            programs |= number == foreign[i];
        }
        own += !programs;
    }
    assert_in_range(own, 1, 2); // its own ends
    for (int i = 0; i < 10; i++) {
        assert_true(contains(answer, foreign[i]));
    }
    for (const char *rest = before_the_library; next_number(&rest, &number);) {
        assert_true(contains(answer, number));
    }
    test_close_inheritable(foreign, 10);
    test_gate_release(&gate, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test_finish(others[i]), 0);
    }
    test_gate_destroy(&gate);
}

static int tell_variable(const mp_args_t *args)
{
    const char *value = getenv(mp_args_text(args, 0));

    return mp_failure(0, "%s", value != NULL ? value : "(none)");
}
MP_TARGET(tell_variable)

static void child_has_the_environment_of_now(void)
{
    char answer[100];

    test_set_variable("MP_TEST_VARIABLE", "set at run time = yes");
    test_ask(tell_variable, MP_ARGS("MP_TEST_VARIABLE"), answer,
             sizeof(answer));
    test_set_variable("MP_TEST_VARIABLE", NULL);
    assert_string_equal(answer, "set at run time = yes");
    test_ask(tell_variable, MP_ARGS("MP_TEST_VARIABLE"), answer,
             sizeof(answer));
    assert_string_equal(answer, "(none)");
}

static const struct test tests[] = {
    {"a spawned child sees nothing that its parent left inheritable",
     child_sees_nothing_inheritable, TEST_SPAWN},
    {"a forked child shares what its parent has open",
     child_sees_nothing_inheritable, TEST_FORK},
    {"a spawned child has the standard three and the library's own",
     child_has_the_standard_three_and_the_librarys, TEST_SPAWN},
    {"a spawned child has what it is given, and no more",
     child_has_what_it_is_given_and_no_more, TEST_SPAWN},
    {"nothing leaks into children while other threads start and open",
     nothing_leaks_while_others_start_and_open, TEST_ONCE},
    {"a forked child has all that is the program's, and no other end of the "
     "library's",
     forked_child_has_all_but_the_librarys, TEST_FORK},
    {"a child has the environment that its parent has when it starts",
     child_has_the_environment_of_now, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    test_list_handles(before_the_library, sizeof(before_the_library));
    return test_run("inherit", tests, sizeof(tests) / sizeof(tests[0]));
}
