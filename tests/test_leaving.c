// SPDX-License-Identifier: Apache-2.0
// What becomes of the children of a process that ends; see
// programs/leaver.c, which is that process.
#include "tests/support.h"

#include <stdio.h>

static int64_t read_number(const char *path)
{
    FILE *file = fopen(path, "r");
    long long number = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lld", &number), 1);
    (void) fclose(file);
    return number;
}

static void leave(const char *how)
{
    test_gate_t worker;
    test_gate_t daemon;
    test_gate_t leaving;
    test_program_t program;
    char path[1000];
    char file[300];

    test_gate_create(&worker);
    test_gate_create(&daemon);
    test_gate_create(&leaving);
    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_WORKER", worker.name);
    test_set_variable("MP_TEST_DAEMON", daemon.name);
    test_set_variable("MP_TEST_LEAVING", leaving.name);
    test_set_variable("MP_TEST_FILE", file);
    test_program_path("leaver", path, sizeof(path));
    test_program_start(&program, path, test_method(), how);
    test_gate_await(&worker, 1);
    test_gate_await(&daemon, 1);
    test_gate_await(&leaving, 1);
    int64_t pid = read_number(file);
    test_gate_release(&leaving, 1);
    assert_false(test_is_ready(program.end, 100)); // it waits for the worker
    test_gate_release(&worker, 1);
    assert_int_equal(test_program_wait(&program), 5);
    if (!test_method_is("thread")) {
        assert_false(test_process_exists(pid));
    }
    test_remove_file(file);
    test_gate_destroy(&worker);
    test_gate_destroy(&daemon);
    test_gate_destroy(&leaving);
}

static void returning_from_main(void)
{
    leave("return");
}

static void calling_mp_exit(void)
{
    leave("mp_exit");
}

static const struct test tests[] = {
    {"main returns: workers are joined, daemons are terminated",
     returning_from_main, TEST_ALL},
    {"mp_exit in main: workers are joined, daemons are terminated",
     calling_mp_exit, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("leaving", tests, sizeof(tests) / sizeof(tests[0]));
}
