// SPDX-License-Identifier: Apache-2.0
// Children that never get as far as their target; see programs/stranger.c.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// This program is its own child: so the child can crash before its main().
__attribute__((constructor)) static void crash_if_told(void)
{
    if (getenv("MP_TEST_CRASH") != NULL) {
        abort();
    }
    if (getenv("MP_TEST_PRINT") != NULL) {
        (void) puts("printed before main");
    }
}

static int take_size(const mp_args_t *args)
{
    size_t size = 0;

    (void) mp_args_bytes(args, 0, &size);
    return (int) (size >> 20);
}
MP_TARGET(take_size)

static mp_process_t *create(const void *bytes, size_t size, int64_t timeout_ms)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.start_timeout_ms = timeout_ms;
    assert_int_equal(mp_process_create(&process, take_size,
                                       MP_ARGS(MP_BYTES(bytes, size)),
                                       &options),
                     0);
    return process;
}

// What holds after every failed start: it says why, nothing runs, and the same
// process can be started when the cause is gone.
static void expect_failure(mp_process_t *process, int expected)
{
    int r = mp_process_start(process);
    char message[1000];

    (void) snprintf(message, sizeof(message), "%s", mp_last_error()->message);
    if (r != expected) {
        fail_msg("start: %s: %s", mp_errname(r), message);
    }
    assert_int_equal(mp_last_error()->code, expected);
    assert_true(message[0] != '\0');
    assert_non_null(mp_process_failure(process));
    assert_int_equal(mp_process_is_alive(process), 0);
    assert_int_equal(mp_process_pid(process), 0);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_NONE);
    assert_int_equal(mp_process_join(process, 0), MP_ESTATE);
    assert_true(test_has_no_children());
}

static void expect_success(mp_process_t *process, int code)
{
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), code);
    assert_null(mp_process_failure(process));
    mp_process_destroy(process);
}

static void use_stranger(const char *what)
{
    char path[1000];

    test_program_path("stranger", path, sizeof(path));
    assert_int_equal(mp_set_executable(path), 0);
    test_set_variable("MP_TEST_STRANGER", what);
}

static void program_that_ends_at_once(void)
{
    static const char *const ends[] = {"0", "3", "crash"};
    mp_process_t *process = create("", 0, 0);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        use_stranger(ends[i]);
        expect_failure(process, MP_ESTART);
    }
    assert_int_equal(mp_set_executable(NULL), 0);
    expect_success(process, 0);
}

static void program_that_tells_nonsense(void)
{
    static const struct {
        const char *what;
        int expected;
    } cases[] = {{"tell magic", MP_EPROTO},  {"tell kind", MP_EPROTO},
                 {"tell length", MP_EPROTO}, {"tell code", MP_EPROTO},
                 {"tell short", MP_ESTART},  {"tell cut", MP_ESTART}};
    mp_process_t *process = create("", 0, 0);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        use_stranger(cases[i].what);
        expect_failure(process, cases[i].expected);
    }
    assert_int_equal(mp_set_executable(NULL), 0);
    expect_success(process, 0);
}

static void read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    assert_int_equal(fclose(file), 0);
}

// What it prints is its own, before its target runs too.
static void program_that_prints(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    char path[300];
    char text[300];

    test_make_file(path, sizeof(path));
    options.standard_output =
        (mp_stdio_t){.kind = MP_STDIO_APPEND, .path = path};
    assert_int_equal(mp_process_create(&process, take_size,
                                       MP_ARGS(MP_BYTES("", 0)), &options),
                     0);
    use_stranger("print");
    expect_failure(process, MP_ESTART);
    assert_int_equal(mp_set_executable(NULL), 0);
    test_set_variable("MP_TEST_PRINT", "1");
    int r = mp_process_start(process);
    test_set_variable("MP_TEST_PRINT", NULL);
    assert_int_equal(r, 0);
    assert_int_equal(test_finish(process), 0);
    read_file(path, text, sizeof(text));
    assert_non_null(strstr(text, "none of the start channel's business"));
    assert_non_null(strstr(text, "printed before main"));
    test_remove_file(path);
}

static void program_that_ends_amid_its_arguments(void)
{
    size_t size = (size_t) 10 << 20;
    void *bytes = calloc(1, size);

    assert_non_null(bytes);
    mp_process_t *process = create(bytes, size, 0);
    free(bytes);
    use_stranger("0");
    expect_failure(process, MP_ESTART);
    assert_int_equal(mp_set_executable(NULL), 0);
    expect_success(process, 10);
}

static bool read_pid(const char *path, long long *pid)
{
    FILE *file = fopen(path, "r");
    bool known = file != NULL && fscanf(file, "%lld", pid) == 1;

    if (file != NULL) {
        (void) fclose(file);
    }
    return known;
}

static void stay_too_long(size_t size)
{
    void *bytes = calloc(1, size + 1);
    char file[300];
    long long pid = 0;
    test_gate_t gate;

    assert_non_null(bytes);
    test_gate_create(&gate);
    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    test_set_variable("MP_TEST_GATE", gate.name);
    mp_process_t *process = create(bytes, size, 700);
    free(bytes);
    use_stranger("stay");
    int64_t begin = test_now_ms();
    expect_failure(process, MP_ETIMEDOUT);
    assert_true(test_now_ms() - begin >= 690);
    if (read_pid(file, &pid)) { // on a busy machine it may not have come so far
        assert_false(test_process_exists(pid));
    }
    assert_int_equal(mp_set_executable(NULL), 0);
    mp_process_destroy(process);
    test_set_variable("MP_TEST_FILE", NULL);
    test_set_variable("MP_TEST_GATE", NULL);
    test_remove_file(file);
    test_gate_destroy(&gate);
}

static void program_that_runs_on(void)
{
    stay_too_long(0);
}

static void program_that_runs_on_unread(void)
{
    stay_too_long((size_t) 10 << 20); // more than the channel holds
}

static void leave_one_that_stays(size_t size)
{
    void *bytes = calloc(1, size + 1);
    test_gate_t gate;

    assert_non_null(bytes);
    test_gate_create(&gate);
    test_set_variable("MP_TEST_GATE", gate.name);
    mp_process_t *process = create(bytes, size, MP_FOREVER);
    free(bytes);
    use_stranger("leave");
    expect_failure(process, MP_ESTART);
    assert_non_null(strstr(mp_process_failure(process), "exit code 3 "));
    test_gate_await(&gate, 1);
    test_gate_release(&gate, 1);
    assert_int_equal(mp_set_executable(NULL), 0);
    mp_process_destroy(process);
    test_set_variable("MP_TEST_GATE", NULL);
    test_gate_destroy(&gate);
}

static void program_that_leaves_its_channel_to_another(void)
{
    leave_one_that_stays(0);
}

static void program_that_leaves_its_channel_unread(void)
{
    leave_one_that_stays((size_t) 10 << 20);
}

static void program_that_crashes_before_main(void)
{
    mp_process_t *process = create("", 0, 0);

    test_set_variable("MP_TEST_CRASH", "1");
    int r = mp_process_start(process);
    test_set_variable("MP_TEST_CRASH", NULL);
    assert_int_equal(r, MP_ESTART);
    assert_true(test_has_no_children());
    expect_success(process, 0);
}

static void target_of_another_program(void)
{
    mp_process_t *process = create("", 0, 0);
    char path[1000];

    test_program_path("leaver", path, sizeof(path));
    assert_int_equal(mp_set_executable(path), 0);
    expect_failure(process, MP_ETARGET);
    assert_int_equal(mp_set_executable(NULL), 0);
    expect_success(process, 0);
}

static void target_that_only_another_program_knows(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    char path[1000];

    assert_int_equal(mp_process_create_by_name(&process, "only in leaver",
                                               MP_ARGS(7), &options),
                     0);
    expect_failure(process, MP_ETARGET);
    test_program_path("leaver", path, sizeof(path));
    assert_int_equal(mp_set_executable(path), 0);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 14);
    assert_int_equal(mp_set_executable(NULL), 0);
}

static const struct test tests[] = {
    {"a program that ends at once is an error, not a child",
     program_that_ends_at_once, TEST_SPAWN},
    {"a program that tells nonsense is an error", program_that_tells_nonsense,
     TEST_SPAWN},
    {"what a program prints disturbs no start", program_that_prints,
     TEST_SPAWN},
    {"a program that ends amid its arguments is an error",
     program_that_ends_amid_its_arguments, TEST_SPAWN},
    {"a program that never reports is killed when its time is up",
     program_that_runs_on, TEST_SPAWN},
    {"a program that never reads its arguments is killed as well",
     program_that_runs_on_unread, TEST_SPAWN},
    {"a program that ends is an error, whoever holds its channel still",
     program_that_leaves_its_channel_to_another, TEST_SPAWN},
    {"the same where nobody reads its arguments",
     program_that_leaves_its_channel_unread, TEST_SPAWN},
    {"a program that crashes before its main is an error",
     program_that_crashes_before_main, TEST_SPAWN},
    {"a target that the executable does not know is an error",
     target_of_another_program, TEST_SPAWN},
    {"a target need be known to the executable only",
     target_that_only_another_program_knows, TEST_SPAWN},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("spawn errors", tests, sizeof(tests) / sizeof(tests[0]));
}
