// SPDX-License-Identifier: Apache-2.0
// Programs that were started through their loader, ld.so (Linux).
#define _GNU_SOURCE // dladdr
#include "tests/support.h"

#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int own_argc;
static char **own_argv;

// Exit codes of the program under its loader.
enum { AS_IT_SHOULD = 40, NOT_STARTED, OTHER_PROGRAM, OTHER_WORDS, NO_ERROR };

// ---- in the program that its loader runs, and in its children ----

static int start_and_join(mp_target_fn target, const mp_args_t *args)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (mp_process_create(&process, target, args, &options) != 0 ||
        mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return NOT_STARTED;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}

// Its first argument says how many generations are to come; the others are the
// words that stand between the program's name and the marker.
static int go_down(const mp_args_t *args)
{
    const char *name = mp_args_text(args, 1);
    const char *leading = mp_args_text(args, 2);
    int count = leading[0] == '\0' ? 2 : 3;

    if (own_argc != count || strstr(own_argv[0], name) == NULL ||
        (count == 3 && strcmp(own_argv[1], leading) != 0)) {
        return OTHER_WORDS;
    }
    if (mp_args_int(args, 0) == 0) {
        return AS_IT_SHOULD;
    }
    return start_and_join(
        go_down, MP_ARGS(mp_args_int(args, 0) - 1, mp_args_text(args, 1), ""));
}
MP_TARGET(go_down)

static int add_leading(void *context, mp_process_t *process,
                       mp_launch_t *launch)
{
    (void) process;
    return mp_launch_add_argument(launch, context);
}

static int run_below(const char *name, char *leading)
{
    char *path = NULL;

    if (mp_get_executable(&path) != 0 || strstr(path, "test_loader") == NULL ||
        path[0] != '/') {
        return OTHER_PROGRAM;
    }
    mp_free(path);
    if (leading[0] != '\0') {
        mp_set_executable_factory(add_leading, leading);
    }
    return start_and_join(go_down, MP_ARGS(1, name, leading));
}

// Another program takes the place of its file, if there is one to.
static int run_changed(const char *path)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    const char *other = getenv("MP_TEST_OTHER");

    if ((other != NULL ? rename(other, path) : unlink(path)) != 0 ||
        mp_process_create(&process, go_down, MP_ARGS(0, "", ""), &options) !=
            0) {
        return NOT_STARTED;
    }
    int r = mp_process_start(process);
    bool clear =
        r == (other != NULL ? MP_EVERSION : MP_ENOENT) &&
        strstr(mp_last_error()->message, other != NULL ? "restart" : path);
    mp_process_destroy(process);
    return clear ? AS_IT_SHOULD : NO_ERROR;
}

// ---- in the test ----

static const char *loader(void)
{
    void *base = (void *) getauxval(AT_BASE);
    Dl_info info = {0};

    if (base == NULL || dladdr(base, &info) == 0) {
        skip(); // a static program has none
    }
    return info.dli_fname != NULL ? info.dli_fname : "";
}

static int run(const char *const *words)
{
    char *const *argv = (char *const *) (intptr_t) words;
    int status = 0;
    pid_t pid = 0;

    assert_int_equal(posix_spawn(&pid, words[0], NULL, NULL, argv, environ), 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static char own_path[1000];

static char *own(void)
{
    test_program_path("test_loader", own_path, sizeof(own_path));
    return own_path;
}

static void program_starts_children(void)
{
    const char *words[] = {loader(), own(), "below", "test_loader", "", NULL};

    assert_int_equal(run(words), AS_IT_SHOULD);
}

static void options_of_the_loader_are_kept(void)
{
    const char *words[] = {loader(),
                           "--library-path",
                           "/no/such:/folder",
                           "--inhibit-cache",
                           "--argv0",
                           "another name",
                           own(),
                           "below",
                           "another name",
                           "",
                           NULL};

    assert_int_equal(run(words), AS_IT_SHOULD);
}

static void command_line_is_read_behind_the_loader(void)
{
    const char *words[] = {loader(), "--argv0", "x",           own(),
                           "below",  "x",       "one leading", NULL};

    test_set_variable("MP_TEST_NULL", "1");
    int code = run(words);
    test_set_variable("MP_TEST_NULL", NULL);
    assert_int_equal(code, AS_IT_SHOULD);
}

static void deleted_program_is_an_error(void)
{
    char path[300];
    const char *words[] = {loader(), path, "changed", path, NULL};

    test_make_file(path, sizeof(path));
    test_copy_file(own(), path);
    assert_int_equal(run(words), AS_IT_SHOULD);
}

static void replaced_program_is_noticed(void)
{
    char talker[1000];
    char path[300];
    char other[300];
    const char *words[] = {loader(), path, "changed", path, NULL};

    test_program_path("talker", talker, sizeof(talker));
    test_make_file(path, sizeof(path));
    test_make_file(other, sizeof(other));
    test_copy_file(own(), path);
    test_copy_file(talker, other);
    test_set_variable("MP_TEST_OTHER", other);
    int code = run(words);
    test_set_variable("MP_TEST_OTHER", NULL);
    test_remove_file(path);
    (void) unlink(other);
    assert_int_equal(code, AS_IT_SHOULD);
}

static int run_by_script(void *context, mp_process_t *process,
                         mp_launch_t *launch)
{
    (void) process;
    int r = mp_launch_set_path(launch, "/bin/sh");
    if (r == 0) {
        r = mp_launch_add_argument(launch, "-c");
    }
    if (r == 0) {
        r = mp_launch_add_argument(launch, context);
    }
    return r == 0 ? mp_launch_add_argument(launch, "sh") : r;
}

static int two_words(const mp_args_t *args)
{
    (void) args;
    return own_argc == 3 ? AS_IT_SHOULD : OTHER_WORDS;
}
MP_TARGET(two_words)

// The marker is neither the first nor the last of all words then.
static void launcher_may_run_the_loader(void)
{
    char script[1500];

    (void) snprintf(script, sizeof(script),
                    "exec '%s' --inhibit-cache '%s' "
                    "\"$1\" behind",
                    loader(), own());
    mp_set_executable_factory(run_by_script, script);
    int code = start_and_join(two_words, NULL);
    test_set_variable("MP_TEST_NULL", "1");
    int with_null = start_and_join(two_words, NULL);
    test_set_variable("MP_TEST_NULL", NULL);
    mp_set_executable_factory(NULL, NULL);
    assert_int_equal(code, AS_IT_SHOULD);
    assert_int_equal(with_null, AS_IT_SHOULD);
}

// programs/hasty.c starts children before and behind mp_freeze_support().
static void notes_of_hasty(bool by_loader, char *notes, size_t size)
{
    char path[1000];
    char file[300];
    const char *words[] = {loader(), path, NULL};

    test_program_path("hasty", path, sizeof(path));
    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    int code = run(words + (by_loader ? 0 : 1));
    test_set_variable("MP_TEST_FILE", NULL);
    FILE *stream = fopen(file, "r");
    assert_non_null(stream);
    notes[fread(notes, 1, size - 1, stream)] = '\0';
    (void) fclose(stream);
    test_remove_file(file);
    assert_int_equal(code, 5);
}

static void guard_is_the_same(void)
{
    char expected[100];
    char notes[100];

    notes_of_hasty(false, expected, sizeof(expected));
    notes_of_hasty(true, notes, sizeof(notes));
    assert_string_equal(notes, expected);
}

// test_memory.c starts children while each piece of memory is refused in turn.
static void no_memory_is_an_error_under_a_loader(void)
{
    char path[1000];
    const char *words[] = {loader(), path, NULL};

    test_program_path("test_memory", path, sizeof(path));
    if (access(path, X_OK) != 0) {
        skip(); // it is not built in every build
    }
    assert_int_equal(run(words), 0);
}

static const struct test tests[] = {
    {"a program that its loader runs starts children", program_starts_children,
     TEST_ONCE},
    {"its children are run with the same options of the loader",
     options_of_the_loader_are_kept, TEST_ONCE},
    {"mp_freeze_support(0, NULL) reads the command line of a loader",
     command_line_is_read_behind_the_loader, TEST_ONCE},
    {"a launcher may run the loader, and add words behind the marker",
     launcher_may_run_the_loader, TEST_ONCE},
    {"the guard is the same under a loader", guard_is_the_same, TEST_ONCE},
    {"memory that is refused is an error under a loader, too",
     no_memory_is_an_error_under_a_loader, TEST_ONCE},
    {"a deleted program that its loader ran is a clear error",
     deleted_program_is_an_error, TEST_ONCE},
    {"one that was replaced by another build is noticed",
     replaced_program_is_noticed, TEST_ONCE},
};

int main(int argc, char **argv)
{
    bool read_it_yourself = getenv("MP_TEST_NULL") != NULL;

    own_argc = argc;
    own_argv = argv;
    mp_freeze_support(read_it_yourself ? 0 : argc,
                      read_it_yourself ? NULL : argv);
    if (argc == 4 && strcmp(argv[1], "below") == 0) {
        return run_below(argv[2], argv[3]);
    }
    if (argc == 3 && strcmp(argv[1], "changed") == 0) {
        return run_changed(argv[2]);
    }
    if (argc > 1) {
        return OTHER_WORDS;
    }
    return test_run("loader", tests, sizeof(tests) / sizeof(tests[0]));
}
