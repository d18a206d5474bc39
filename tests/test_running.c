// SPDX-License-Identifier: Apache-2.0
// Programs whose file is hard to name, or not there any more, and whose argv
// does not tell what they are (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

// ---- the file ----

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
    test_copy_file(own, path);
    mp_free(own);
    return folder;
}

static void remove_copy(const char *path, char *folder)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

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

static void path_of_any_letters(void)
{
    char path[600];
    char *folder =
        copy_of_this(path, "a \"b\" 'c' $HOME \\ \xc3\xa4\xe6\xbc\xa2"
                           "\xf0\x9f\x98\x80 *");

    assert_int_equal(mp_set_executable(path), 0);
    int code = test_call(start_below, MP_ARGS(7));
    assert_int_equal(mp_set_executable(NULL), 0);
    remove_copy(path, folder);
    assert_int_equal(code, 7);
}

// In a program of its own: puts garbage or another program in the place of its
// file, or removes it, then starts a child that starts another.
static int start_changed(const char *path)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    int r = mp_process_create(&process, start_below, MP_ARGS(5), &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r < 0) {
        const char *text = mp_last_error()->message;
        bool clear = strstr(text, r == MP_EVERSION ? "restart" : path) != NULL;
        mp_process_destroy(process);
        return clear ? 100 - r : 92;
    }
    r = mp_process_join(process, TEST_GUARD_MS);
    int code = r == 0 ? mp_process_exitcode(process) : 93;
    mp_process_destroy(process);
    return code;
}

static int run_changed(const char *how, const char *path)
{
    const char *other = getenv("MP_TEST_OTHER");

    if (strcmp(how, "rebuild") == 0) {
        return other != NULL && rename(other, path) == 0 ? start_changed(path)
                                                         : 90;
    }
    if (unlink(path) != 0) {
        return 90;
    }
    if (strcmp(how, "garbage") == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
        if (fd < 0 || write(fd, "garbage", 7) != 7 || close(fd) != 0) {
            return 91;
        }
    }
    return start_changed(path);
}

static int copy_that_is(const char *how)
{
    test_program_t program;
    char path[600];
    char other[700];
    char leaver[1000];
    char *folder = copy_of_this(path, "upgraded");

    test_program_path("leaver", leaver, sizeof(leaver));
    (void) snprintf(other, sizeof(other), "%s.new", path);
    test_copy_file(leaver, other);
    assert_int_equal(chmod(other, 0755), 0);
    test_set_variable("MP_TEST_OTHER", other);
    test_program_start(&program, path, how, path);
    int code = test_program_wait(&program);
    test_set_variable("MP_TEST_OTHER", NULL);
    (void) unlink(path);
    (void) unlink(other);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
    return code;
}

#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
static void changed_program_starts_children(void)
{
    assert_int_equal(copy_that_is("garbage"), 5);
    assert_int_equal(copy_that_is("rebuild"), 5);
    assert_int_equal(copy_that_is("delete"), 5);
}
#else // the system runs a program by its path only
static void changed_program_is_a_clear_error(void)
{
    assert_int_equal(copy_that_is("garbage"), 100 - MP_EACCES);
    assert_int_equal(copy_that_is("rebuild"), 100 - MP_EVERSION);
    assert_int_equal(copy_that_is("delete"), 100 - MP_ENOENT);
}
#endif

// ---- what argv says of the program ----

// In a program of its own, whose argv[0] is no help: its children are the same
// program nevertheless.
static int run_misnamed(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (mp_process_create(&process, return_it, MP_ARGS(5), &options) != 0 ||
        mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 92;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}

static int run_with_words(const char *const *words)
{
    char *const *argv = (char *const *) (intptr_t) words;
    char *own = NULL;
    int status = 0;
    pid_t pid = 0;

    assert_int_equal(mp_get_executable(&own), 0);
    test_set_variable("MP_TEST_MISNAMED", "1");
    int r = posix_spawn(&pid, own, NULL, NULL, argv, environ);
    test_set_variable("MP_TEST_MISNAMED", NULL);
    mp_free(own);
    assert_int_equal(r, 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void name_that_lies_does_no_harm(void)
{
    static const char *const names[] = {"/bin/false", "false", "./false",
                                        "-sh",        "/",     ""};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *const words[] = {names[i], NULL};
        assert_int_equal(run_with_words(words), 5);
    }
}

#ifdef __linux__ // others may refuse to run it
static void program_without_any_words_starts_children(void)
{
    const char *const words[] = {NULL};

    assert_int_equal(run_with_words(words), 5);
}
#endif

static const struct test tests[] = {
    {"the path of an executable may have any letters", path_of_any_letters,
     TEST_SPAWN},
    {"an argv[0] that lies does no harm", name_that_lies_does_no_harm,
     TEST_ONCE},
#ifdef __linux__
    {"a program whose argv is empty starts children",
     program_without_any_words_starts_children, TEST_ONCE},
#endif
#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
    {"a program whose file was replaced or deleted starts children",
     changed_program_starts_children, TEST_ONCE},
#else
    {"a program whose file was replaced or deleted is a clear error of start",
     changed_program_is_a_clear_error, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    bool misnamed = getenv("MP_TEST_MISNAMED") != NULL;

    mp_freeze_support(argc, argv);
    if (misnamed) {
        return run_misnamed();
    }
    if (argc == 3) {
        return run_changed(argv[1], argv[2]);
    }
    return test_run("running", tests, sizeof(tests) / sizeof(tests[0]));
}
