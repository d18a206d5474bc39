// SPDX-License-Identifier: Apache-2.0
// Executables that cannot be started (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    assert_int_equal(close(fd), 0);
}

// Each case changes the file after mp_set_executable() has looked at it.
static void change_then_start(void (*change)(const char *path), int expected)
{
    char path[300];

    test_make_file(path, sizeof(path));
    write_file(path, "#!/bin/sh\nexit 0\n");
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(mp_set_executable(path), 0);
    change(path);
    mp_process_t *process = test_create(return_it, MP_ARGS(5));
    int r = mp_process_start(process);
    char message[1000];
    (void) snprintf(message, sizeof(message), "%s", mp_last_error()->message);
    (void) unlink(path);
    (void) rmdir(path);
    assert_int_equal(mp_set_executable(NULL), 0);
    if (expected != 0) {
        assert_int_equal(r, expected);
    }
    assert_true(r < 0);
    if (r == MP_ENOENT || r == MP_EACCES) {
        assert_non_null(strstr(message, path));
    }
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 5);
}

static void remove_it(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void missing_executable(void)
{
    change_then_start(remove_it, MP_ENOENT);
}

static void forbid_it(const char *path)
{
    assert_int_equal(chmod(path, 0644), 0);
}

static void executable_without_permission(void)
{
    change_then_start(forbid_it, MP_EACCES);
}

static void replace_by_directory(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void directory_as_executable(void)
{
    change_then_start(replace_by_directory, MP_EACCES);
}

static void write_nonsense(const char *path)
{
    write_file(path, "no program of any kind\n");
}

static void file_that_is_no_program(void)
{
    change_then_start(write_nonsense, 0);
}

static void answer_nonsense(const char *path)
{
    write_file(path, "#!/bin/sh\necho this is no message >&3\n"
                     "exec sleep 100\n");
}

static void program_that_answers_nonsense(void)
{
    change_then_start(answer_nonsense, MP_EPROTO);
}

// What holds the channel ends when this process closes it.
static void answer_nonsense_and_leave(const char *path)
{
    write_file(path, "#!/bin/sh\ncat <&3 >/dev/null 2>&1 &\n"
                     "echo this is no message >&3\n");
}

static void program_that_answers_and_leaves_its_channel(void)
{
    change_then_start(answer_nonsense_and_leave, MP_EPROTO);
}

static void bad_paths_are_refused_when_set(void)
{
    char path[300];

    test_make_file(path, sizeof(path));
    assert_int_equal(mp_set_executable(path), MP_EACCES);
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(mp_set_executable(path), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mp_set_executable(path), MP_ENOENT);
    assert_int_equal(mp_set_executable("/tmp"), MP_EACCES);
    assert_int_equal(mp_set_executable("/etc/passwd/nothing"), MP_ENOENT);
    assert_int_equal(mp_set_executable(NULL), 0);
}

static void relative_path_survives_a_change_of_folder(void)
{
    char *own = NULL;
    char *path = NULL;
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(here >= 0);
    assert_int_equal(mp_get_executable(&own), 0);
    char *name = strrchr(own, '/');
    assert_non_null(name);
    *name++ = '\0';
    assert_int_equal(chdir(own), 0);
    assert_int_equal(mp_set_executable(name), 0);
    assert_int_equal(chdir("/"), 0);
    int code = test_call(return_it, MP_ARGS(5));
    assert_int_equal(mp_get_executable(&path), 0);
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
    assert_int_equal(code, 5);
    assert_int_equal(path[0], '/');
    mp_free(path);
    mp_free(own);
    assert_int_equal(mp_set_executable(NULL), 0);
}

static void own_program_is_found_in_another_folder(void)
{
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(here >= 0);
    assert_int_equal(chdir("/"), 0);
    int code = test_call(return_it, MP_ARGS(5));
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
    assert_int_equal(code, 5);
}

static const struct test tests[] = {
    {"an executable that went away is an error", missing_executable,
     TEST_SPAWN},
    {"an executable that may not be executed is an error",
     executable_without_permission, TEST_SPAWN},
    {"a folder instead of an executable is an error", directory_as_executable,
     TEST_SPAWN},
    {"a file that is no program is an error", file_that_is_no_program,
     TEST_SPAWN},
    {"a program that answers nonsense is an error",
     program_that_answers_nonsense, TEST_SPAWN},
    {"what a program said before it ended is heard, whoever holds its channel",
     program_that_answers_and_leaves_its_channel, TEST_SPAWN},
    {"bad paths are refused when they are set", bad_paths_are_refused_when_set,
     TEST_ONCE},
    {"a relative executable survives a change of folder",
     relative_path_survives_a_change_of_folder, TEST_SPAWN},
    {"the running program is found from another folder",
     own_program_is_found_in_another_folder, TEST_SPAWN},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("executable", tests, sizeof(tests) / sizeof(tests[0]));
}
