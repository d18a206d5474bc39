// SPDX-License-Identifier: Apache-2.0
// What the options say of a child's directory, environment and streams.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(nothing)

static mp_process_t *start_with(mp_target_fn target, const mp_args_t *args,
                                const mp_process_options_t *options)
{
    mp_process_t *process = NULL;

    assert_int_equal(mp_process_create(&process, target, args, options), 0);
    assert_int_equal(mp_process_start(process), 0);
    return process;
}

static void read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void) fclose(file);
}

// ---- the directory ----

static int open_it(const mp_args_t *args)
{
    FILE *file = fopen(mp_args_text(args, 0), "r");

    if (file == NULL) {
        return 1;
    }
    (void) fclose(file);
    return 0;
}
MP_TARGET(open_it)

static void child_is_in_its_directory(void)
{
    mp_process_options_t options = test_options();
    char path[300];

    test_make_file(path, sizeof(path));
    char *name = strpbrk(path, "/\\") == NULL ? path : path + strlen(path);
    while (name[-1] != '/' && name[-1] != '\\') {
        name--;
    }
    char folder[300];
    (void) snprintf(folder, sizeof(folder), "%.*s", (int) (name - path), path);
    assert_int_equal(test_call(open_it, MP_ARGS(name)), 1);
    options.directory = folder;
    assert_int_equal(test_finish(start_with(open_it, MP_ARGS(name), &options)),
                     0);
    test_remove_file(path);
}

static void missing_directory_is_told(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.directory = "/no/such/directory";
    assert_int_equal(mp_process_create(&process, nothing, NULL, &options), 0);
    int r = mp_process_start(process);
    if (test_method_is("spawn")) {
        assert_int_equal(r, MP_ENOENT);
    } else {
        assert_int_equal(r, 0);
        test_join(process);
        assert_int_equal(mp_process_exitcode(process), 1);
    }
    assert_non_null(strstr(mp_process_failure(process), "/no/such/directory"));
    mp_process_destroy(process);
}

// ---- the environment ----

static int tell_variables(const mp_args_t *args)
{
    const char *values[3];

    for (size_t i = 0; i < 3; i++) {
        values[i] = getenv(mp_args_text(args, i));
        values[i] = values[i] != NULL ? values[i] : "-";
    }
    return mp_failure(0, "%s|%s|%s", values[0], values[1], values[2]);
}
MP_TARGET(tell_variables)

static void environment_is_changed_for_the_child_only(void)
{
    const char *changes[] = {"MP_TEST_A=first", "MP_TEST_B",
                             "MP_TEST_A=last = \xc3\xa4", "MP_TEST_NONE", NULL};
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    test_set_variable("MP_TEST_A", "of the parent");
    test_set_variable("MP_TEST_B", "to be removed");
    test_set_variable("MP_TEST_AB", "kept");
    options.environment = changes;
    assert_int_equal(
        mp_process_create(&process, tell_variables,
                          MP_ARGS("MP_TEST_A", "MP_TEST_B", "MP_TEST_AB"),
                          &options),
        0);
    changes[2] = "MP_TEST_A=not copied";
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
#ifdef _WIN32 // getenv() speaks the character set of the system
    assert_non_null(strstr(mp_process_failure(process), "last = "));
    assert_non_null(strstr(mp_process_failure(process), "|-|kept"));
#else
    assert_string_equal(mp_process_failure(process), "last = \xc3\xa4|-|kept");
#endif
    mp_process_destroy(process);
    assert_string_equal(getenv("MP_TEST_A"), "of the parent");
    assert_string_equal(getenv("MP_TEST_B"), "to be removed");
    test_set_variable("MP_TEST_A", NULL);
    test_set_variable("MP_TEST_B", NULL);
    test_set_variable("MP_TEST_AB", NULL);
}

// ---- the streams ----

// Answers each line of its input on both outputs.
static int answer(const mp_args_t *args)
{
    char line[100];

    (void) args;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        (void) printf("out:%s;", line);
        (void) fprintf(stderr, "err:%s;", line);
    }
    return 3;
}
MP_TARGET(answer)

static void pipes_reach_the_child(void)
{
    mp_process_options_t options = test_options();
    intptr_t input = -1;
    intptr_t output = -1;
    intptr_t errors = -1;
    char text[100];

    options.standard_input.kind = MP_STDIO_PIPE;
    options.standard_output.kind = MP_STDIO_PIPE;
    options.standard_error.kind = MP_STDIO_PIPE;
    mp_process_t *process = start_with(answer, NULL, &options);
    // Another child, with pipes of its own, must not keep the first one's.
    mp_process_t *other = start_with(answer, NULL, &options);
    assert_int_equal(mp_process_stdio(process, MP_STDIN, &input), 0);
    assert_int_equal(mp_process_stdio(process, MP_STDOUT, &output), 0);
    assert_int_equal(mp_process_stdio(process, MP_STDERR, &errors), 0);
    test_write_pipe(input, "a\nb c\n");
    assert_int_equal(mp_process_stdio_close(process, MP_STDIN), 0);
    assert_int_equal(mp_process_stdio_close(process, MP_STDIN), MP_ENOENT);
    test_read_pipe(output, text, sizeof(text));
    assert_string_equal(text, "out:a;out:b c;");
    test_read_pipe(errors, text, sizeof(text));
    assert_string_equal(text, "err:a;err:b c;");
    assert_int_equal(test_finish(process), 3);
    assert_int_equal(mp_process_stdio_close(other, MP_STDIN), 0);
    test_join(other);
    assert_int_equal(mp_process_stdio(other, MP_STDOUT, &output), 0);
    assert_int_equal(mp_process_close(other), 0);
    assert_int_equal(mp_process_stdio(other, MP_STDOUT, &output), MP_ESTATE);
    mp_process_destroy(other);
}

static int say(const mp_args_t *args)
{
    (void) printf("%s", mp_args_text(args, 0));
    (void) fprintf(stderr, "%s", mp_args_text(args, 1));
    return getchar() == EOF ? 0 : 1;
}
MP_TARGET(say)

static void files_take_what_is_printed(void)
{
    mp_process_options_t options = test_options();
    char first[300];
    char second[300];
    char text[100];

    test_make_file(first, sizeof(first));
    test_make_file(second, sizeof(second));
    options.standard_input.kind = MP_STDIO_NULL;
    options.standard_output = (mp_stdio_t){MP_STDIO_FILE, first, 0};
    options.standard_error = (mp_stdio_t){MP_STDIO_APPEND, second, 0};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            test_finish(start_with(say, MP_ARGS("o", "e"), &options)), 0);
    }
    read_file(first, text, sizeof(text));
    assert_string_equal(text, "o");
    read_file(second, text, sizeof(text));
    assert_string_equal(text, "ee");
    options.standard_error = (mp_stdio_t){MP_STDIO_NULL, NULL, 0};
    options.standard_input = (mp_stdio_t){MP_STDIO_FILE, second, 0};
    assert_int_equal(test_finish(start_with(say, MP_ARGS("p", "f"), &options)),
                     1); // there is something to read
    read_file(first, text, sizeof(text));
    assert_string_equal(text, "p");
    test_remove_file(first);
    test_remove_file(second);
}

static void handle_takes_what_is_printed(void)
{
    mp_process_options_t options = test_options();
    char path[300];
    char text[100];

    test_make_file(path, sizeof(path));
    intptr_t handle = test_open_for_writing(path);
    options.standard_input.kind = MP_STDIO_NULL;
    options.standard_output = (mp_stdio_t){MP_STDIO_HANDLE, NULL, handle};
    options.standard_error = options.standard_output;
    assert_int_equal(test_finish(start_with(say, MP_ARGS("o", ""), &options)),
                     0);
    test_close_handle(handle);
    read_file(path, text, sizeof(text));
    assert_string_equal(text, "o");
    test_remove_file(path);
}

static void missing_file_is_an_error_of_start(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.standard_output.kind = MP_STDIO_PIPE;
    options.standard_error =
        (mp_stdio_t){MP_STDIO_FILE, "/no/such/directory/file", 0};
    assert_int_equal(mp_process_create(&process, nothing, NULL, &options), 0);
    assert_int_equal(mp_process_start(process), MP_ENOENT);
    assert_int_equal(mp_process_pid(process), 0);
    mp_process_destroy(process);
}

static void standard_streams_without_pipes(void)
{
    intptr_t handle = -1;
    mp_process_t *process = test_create(nothing, NULL);

    assert_int_equal(mp_process_stdio(process, MP_STDOUT, &handle), MP_ESTATE);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(mp_process_stdio(process, MP_STDOUT, &handle), MP_ENOENT);
    assert_int_equal(mp_process_stdio(process, (mp_stream_t) 3, &handle),
                     MP_EINVAL);
    assert_int_equal(mp_process_stdio(NULL, MP_STDOUT, &handle), MP_EINVAL);
    assert_int_equal(mp_process_stdio(mp_current_process(), MP_STDOUT, &handle),
                     MP_ESTATE);
    assert_int_equal(test_finish(process), 0);
}

// ---- what cannot be ----

static void expect(const mp_process_options_t *options, int expected)
{
    mp_process_t *process = NULL;

    assert_int_equal(mp_process_create(&process, nothing, NULL, options),
                     expected);
    assert_null(process);
}

static void impossible_options_are_refused(void)
{
    const char *const nameless[] = {"A=b", "=c", NULL};
    mp_process_options_t options = test_options();

    options.directory = "";
    expect(&options, MP_EINVAL);
    options.directory = NULL;
    options.environment = nameless;
    expect(&options, MP_EINVAL);
    options.environment = NULL;
    options.standard_output.kind = (mp_stdio_kind_t) 99;
    expect(&options, MP_EINVAL);
    options.standard_output = (mp_stdio_t){MP_STDIO_FILE, NULL, 0};
    expect(&options, MP_EINVAL);
    options.standard_output = (mp_stdio_t){MP_STDIO_INHERIT, NULL, 0};
    options.standard_input = (mp_stdio_t){MP_STDIO_APPEND, "file", 0};
    expect(&options, MP_EINVAL);
}

static void thread_takes_none_of_it(void)
{
    const char *const changes[] = {"A=b", NULL};
    mp_process_options_t options = test_options();

    options.directory = "/";
    expect(&options, MP_ENOTSUP);
    options.directory = NULL;
    options.environment = changes;
    expect(&options, MP_ENOTSUP);
    options.environment = NULL;
    options.standard_error.kind = MP_STDIO_NULL;
    expect(&options, MP_ENOTSUP);
    options.standard_error.kind = MP_STDIO_INHERIT;
    options.session = true;
    expect(&options, MP_ENOTSUP);
}

static const struct test tests[] = {
    {"a child is in the directory that it was given", child_is_in_its_directory,
     TEST_PROCESSES},
    {"a directory that is missing is told", missing_directory_is_told,
     TEST_PROCESSES},
    {"the environment is changed for the child only",
     environment_is_changed_for_the_child_only, TEST_PROCESSES},
    {"pipes reach the child, and only this child", pipes_reach_the_child,
     TEST_PROCESSES},
    {"files take what a child prints", files_take_what_is_printed,
     TEST_PROCESSES},
    {"a handle takes what a child prints", handle_takes_what_is_printed,
     TEST_PROCESSES},
    {"a file that cannot be opened is an error of start",
     missing_file_is_an_error_of_start, TEST_PROCESSES},
    {"a stream that is no pipe has no handle", standard_streams_without_pipes,
     TEST_PROCESSES},
    {"options that cannot be are refused", impossible_options_are_refused,
     TEST_PROCESSES},
    {"a thread takes none of it", thread_takes_none_of_it, TEST_THREAD},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("setup", tests, sizeof(tests) / sizeof(tests[0]));
}
