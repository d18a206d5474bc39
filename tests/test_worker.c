// SPDX-License-Identifier: Apache-2.0
// How mp-worker is found, and what it does for those who may not use it.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

#define REFUSED 125

static void worker_without_a_channel_ends(void)
{
    test_program_t program;

    test_program_start(&program, MP_TEST_WORKER, NULL, NULL);
    assert_int_equal(test_program_wait(&program), REFUSED);
    test_program_start(&program, MP_TEST_WORKER, "--multiprocessing-c-child=74",
                       NULL);
    assert_int_equal(test_program_wait(&program), REFUSED);
}

static int nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(nothing)

// This program is no plug-in.
static void program_that_is_no_plugin_is_told_so(void)
{
    mp_process_t *process = NULL;

    test_set_variable("MULTIPROCESSING_WORKER", MP_TEST_WORKER);
    assert_int_equal(mp_set_executable_to_worker(), 0);
    process = test_create(nothing, NULL);
    assert_int_equal(mp_process_start(process), MP_ETARGET);
    assert_non_null(strstr(mp_last_error()->message, "MP_PLUGIN"));
    mp_process_destroy(process);
    assert_int_equal(mp_set_executable(NULL), 0);
}

static void worker_that_is_not_there_is_told(void)
{
    test_set_variable("MULTIPROCESSING_WORKER", "/nowhere/mp-worker");
    assert_int_equal(mp_set_executable_to_worker(), MP_ENOENT);
    assert_non_null(strstr(mp_last_error()->message, "nowhere"));
    test_set_variable("MULTIPROCESSING_WORKER", NULL);
    int r = mp_set_executable_to_worker();
    if (r < 0) { // unless one is installed, or lies beside the library
        assert_int_equal(r, MP_ENOENT);
        assert_non_null(strstr(mp_last_error()->message, "../bin"));
    }
    assert_int_equal(mp_set_executable(NULL), 0);
}

static const struct test tests[] = {
    {"a worker without a channel ends", worker_without_a_channel_ends,
     TEST_ONCE},
    {"a program that is no plug-in is told so",
     program_that_is_no_plugin_is_told_so, TEST_SPAWN},
    {"a worker that is not there is told", worker_that_is_not_there_is_told,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("worker", tests, sizeof(tests) / sizeof(tests[0]));
}
