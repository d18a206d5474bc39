// SPDX-License-Identifier: Apache-2.0
// Executables that cannot be started (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

// ---- rights of another user ----

#define NOBODY 12345 // a user that runs nothing else

static void copy_program(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_TRUNC | O_CLOEXEC);
    ssize_t size;

    assert_true(in >= 0 && out >= 0);
    while ((size = read(in, bytes, sizeof(bytes))) > 0) {
        assert_int_equal(write(out, bytes, (size_t) size), size);
    }
    (void) close(in);
    assert_int_equal(close(out), 0);
}

// In a child of the test's own, whose user cannot be changed back: the exit
// code of a process that runs `path`, or 100 less the error of its start.
static int start_as_nobody(const char *path)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ||
        mp_set_executable(path) < 0 ||
        mp_process_create(&process, return_it, MP_ARGS(5), &options) < 0) {
        return 99;
    }
    int r = mp_process_start(process);
    if (r < 0) {
        return 100 - r;
    }
    r = mp_process_join(process, TEST_GUARD_MS);
    return r == 0 ? mp_process_exitcode(process) : 98;
}

static int run_as_nobody(const char *path)
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(start_as_nobody(path));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void program_with_rights_of_another_is_no_child(void)
{
    char path[300];
    char *own = NULL;

    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(mp_get_executable(&own), 0);
    test_make_file(path, sizeof(path));
    copy_program(own, path);
    mp_free(own);
    assert_int_equal(chmod(path, 0755), 0);
    int without = run_as_nobody(path);
    assert_int_equal(chmod(path, 04755), 0);
    int with = run_as_nobody(path);
    (void) unlink(path);
    assert_int_equal(without, 5);
    assert_in_range(with, 101, 199);
}

// ---- files that are hard to name, or not there any more ----

static char *copy_of_this(char *path, const char *name)
{
    char *own = NULL;
    char *folder = NULL;

    test_make_file(path, 300);
    folder = strdup(path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    (void) snprintf(path + strlen(path), 300 - strlen(path), "/%s", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(mp_get_executable(&own), 0);
    copy_program(own, path);
    mp_free(own);
    return folder;
}

static void remove_copy(const char *path, char *folder)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

static void path_of_any_letters(void)
{
    char path[600];
    char *folder =
        copy_of_this(path, "a \"b\" 'c' $HOME \\ \xc3\xa4\xe6\xbc\xa2"
                           "\xf0\x9f\x98\x80 *");

    assert_int_equal(mp_set_executable(path), 0);
    int code = test_call(return_it, MP_ARGS(7));
    assert_int_equal(mp_set_executable(NULL), 0);
    remove_copy(path, folder);
    assert_int_equal(code, 7);
}

// In a program of its own: puts garbage or another program in the place of its
// file, or removes it, then starts a child that starts another.
static int start_below(const mp_args_t *args)
{
    mp_process_t *process = NULL;

    if (test_start_below(&process, "spawn", MP_DEFAULT, return_it,
                         MP_ARGS(mp_args_int(args, 0))) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 97;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}
MP_TARGET(start_below)

static int run_replaced(const char *path, const char *how)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (unlink(path) != 0) {
        return 90;
    }
    if (strcmp(how, "delete") != 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
        if (fd < 0 || write(fd, "garbage", 7) != 7 || close(fd) != 0) {
            return 91;
        }
    }
    const char *other = getenv("MP_TEST_OTHER");
    if (strcmp(how, "rebuild") == 0 && other != NULL) {
        copy_program(other, path);
    }
    if (mp_process_create(&process, start_below, MP_ARGS(5), &options) != 0) {
        return 92;
    }
    int r = mp_process_start(process);
    if (r < 0) {
        mp_process_destroy(process);
        return strstr(mp_last_error()->message, "restart") == NULL ? 93
                                                                   : 100 - r;
    }
    if (mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 94;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}

static int copy_that_is(const char *how)
{
    test_program_t program;
    char path[600];
    char other[1000];
    char *folder = copy_of_this(path, "upgraded");

    test_program_path("leaver", other, sizeof(other));
    test_set_variable("MP_TEST_OTHER", other);
    test_program_start(&program, path, how, path);
    int code = test_program_wait(&program);
    (void) unlink(path);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
    return code;
}

#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
static void replaced_program_starts_children(void)
{
    assert_int_equal(copy_that_is("replace"), 5);
    assert_int_equal(copy_that_is("rebuild"), 5);
}

static void deleted_program_starts_children(void)
{
    assert_int_equal(copy_that_is("delete"), 5);
}
#else
static void replaced_program_is_noticed(void)
{
    assert_int_equal(copy_that_is("rebuild"), 100 - MP_EVERSION);
}

static void deleted_program_is_an_error(void)
{
    assert_int_equal(copy_that_is("delete"), 100 - MP_ENOENT);
}
#endif

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
    {"the path of an executable may have any letters", path_of_any_letters,
     TEST_SPAWN},
#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
    {"a program whose file was replaced starts children",
     replaced_program_starts_children, TEST_ONCE},
    {"a program whose file was deleted starts children",
     deleted_program_starts_children, TEST_ONCE},
#else
    {"a program whose file was replaced by another build is noticed",
     replaced_program_is_noticed, TEST_ONCE},
    {"a program whose file was deleted is an error",
     deleted_program_is_an_error, TEST_ONCE},
#endif
    {"a program with the rights of another user is no child",
     program_with_rights_of_another_is_no_child, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (argc == 3) {
        return run_replaced(argv[2], argv[1]);
    }
    return test_run("executable", tests, sizeof(tests) / sizeof(tests[0]));
}
