// SPDX-License-Identifier: Apache-2.0
// The guard against programs that would start themselves without end, and
// against markers that no parent gave. See programs/forgetful.c and hasty.c.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_notes(const char *path, char *notes, size_t size)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size_t got = fread(notes, 1, size - 1, file);
    notes[got] = '\0';
    (void) fclose(file);
}

// Runs a program that notes in a file what it did; its exit code.
static int run_noting(const char *name, const char *argument, char *notes,
                      size_t size)
{
    test_program_t program;
    char path[1000];
    char file[300];

    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    test_program_path(name, path, sizeof(path));
    test_program_start(&program, path, argument, NULL);
    int code = test_program_wait(&program);
    read_notes(file, notes, size);
    test_remove_file(file);
    return code;
}

static void forgotten_call_is_refused(void)
{
    char runs[200];

    assert_int_equal(run_noting("forgetful", "guard", runs, sizeof(runs)), 0);
    assert_string_equal(runs, ".");
}

static void forgotten_call_in_a_named_executable_ends(void)
{
    char runs[200];

    assert_int_equal(run_noting("forgetful", "override", runs, sizeof(runs)),
                     0);
    assert_string_equal(runs, ".."); // the second run sees its own marker
}

static void nothing_starts_before_the_call(void)
{
    char notes[200];

    assert_int_equal(run_noting("hasty", "", notes, sizeof(notes)), 5);
    // The first run, then its child and grandchild, which never pass the call.
    assert_string_equal(notes, "gmgg");
}

// ---- how deep ----

// Returns the number of levels below it, or MP_E… as 100 and more.
static int go_deeper(const mp_args_t *args)
{
    const char *method = mp_args_text(args, 0);
    mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *below = NULL;

    if (mp_args_int(args, 1) == 0) {
        return 90;
    }
    int r = mp_process_create(
        &below, go_deeper, MP_ARGS(method, mp_args_int(args, 1) - 1), &options);
    if (r == 0) {
        r = mp_process_start(below);
    }
    if (r == 0) {
        r = mp_process_join(below, TEST_GUARD_MS);
    }
    int code = r == 0           ? mp_process_exitcode(below) + 1
               : r == MP_EDEPTH ? 0
                                : 99;
    mp_process_destroy(below);
    return code;
}
MP_TARGET(go_deeper)

static void generations_are_limited(void)
{
    assert_int_equal(test_call(go_deeper, MP_ARGS(test_method(), 40)), 31);
}

// ---- markers ----

static void marker_by_hand_is_refused(void)
{
    static const char *const markers[] = {
        "",    "0",     "1",     "2",    "3",       "4",
        "3,4", "99",    "999",   "-1",   "abc",     "3x",
        "3,",  ",",     "0x3",   " 3",   "+3",      "99999999999999999999",
        "3,3", "99,99", "3,4,5", "-3,4", "3/3",     "3/",
        "3/4", "3/4;5", "3;4/4", "3;4/", "3,4;5/6", "3,4/5/6"};
    char argument[100];
    char notes[200];

    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
        (void) snprintf(argument, sizeof(argument), "%s%s",
                        "--multiprocessing-c-child=", markers[i]);
        assert_int_not_equal(
            run_noting("hasty", argument, notes, sizeof(notes)), 0);
        assert_string_equal(notes, "g"); // main ends at mp_freeze_support()
    }
}

// The library's own argument may be the last one, too.
static void marker_behind_others_is_refused(void)
{
    test_program_t program;
    char path[1000];
    char file[300];
    char notes[200];

    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    test_program_path("hasty", path, sizeof(path));
    test_program_start(&program, path, "of the user",
                       "--multiprocessing-c-child=3");
    assert_int_not_equal(test_program_wait(&program), 0);
    read_notes(file, notes, sizeof(notes));
    test_remove_file(file);
    assert_string_equal(notes, "g");
}

static void other_arguments_are_the_programs(void)
{
    char notes[200];

    assert_int_equal(
        run_noting("hasty", "--multiprocessing-fork", notes, sizeof(notes)), 5);
    assert_string_equal(notes, "gmgg");
}

static const struct test tests[] = {
    {"a program that forgets mp_freeze_support starts no copy of itself",
     forgotten_call_is_refused, TEST_ONCE},
    {"a named executable that forgets it ends after a few generations",
     forgotten_call_in_a_named_executable_ends, TEST_ONCE},
    {"nothing is spawned before mp_freeze_support, in children neither",
     nothing_starts_before_the_call, TEST_ONCE},
    {"generations of processes are limited", generations_are_limited, TEST_ALL},
    {"a marker that was given by hand is refused", marker_by_hand_is_refused,
     TEST_ONCE},
    {"a marker behind other arguments is refused, too",
     marker_behind_others_is_refused, TEST_ONCE},
    {"other arguments belong to the program", other_arguments_are_the_programs,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("guard", tests, sizeof(tests) / sizeof(tests[0]));
}
