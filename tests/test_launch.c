// SPDX-License-Identifier: Apache-2.0
// Which program is run: options, contexts, the factory.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int own_argc;
static char **own_argv;

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static int tell_argument(const mp_args_t *args)
{
    char text[200];

    test_argument(own_argc, own_argv, (int) mp_args_int(args, 0), text,
                  sizeof(text));
    return mp_failure(0, "%s", text);
}
MP_TARGET(tell_argument)

static int start_with(const mp_process_options_t *options)
{
    mp_process_t *process = NULL;

    assert_int_equal(
        mp_process_create(&process, return_it, MP_ARGS(5), options), 0);
    int r = mp_process_start(process);
    if (r == 0) {
        test_join(process);
        r = mp_process_exitcode(process);
    }
    mp_process_destroy(process);
    return r;
}

// ---- options and contexts ----

static void executable_of_a_process(void)
{
    mp_process_options_t options = test_options();
    char *own = NULL;

    assert_int_equal(mp_get_executable(&own), 0);
    options.executable = own;
    assert_int_equal(start_with(&options), 5);
    options.executable = "/no/such/program";
    assert_int_equal(start_with(&options), MP_ENOENT);
    assert_non_null(strstr(mp_last_error()->message, "/no/such/program"));
    mp_free(own);
}

static void only_spawn_runs_programs(void)
{
    mp_process_options_t options = test_options();
    mp_context_options_t settings = {.executable = "/no/such/program"};
    mp_process_t *process = NULL;
    mp_context_t *context = NULL;

    options.executable = "/no/such/program";
    assert_int_equal(mp_process_create(&process, return_it, NULL, &options),
                     MP_ENOTSUP);
    assert_int_equal(mp_context_create(&context, test_method(), &settings),
                     MP_ENOTSUP);
    assert_null(context);
}

static void context_has_settings(void)
{
    mp_context_options_t settings = {.start_timeout_ms = 20000};
    mp_process_options_t options = {0};
    mp_context_t *context = NULL;
    mp_process_t *process = NULL;
    char *own = NULL;

    assert_int_equal(mp_get_executable(&own), 0);
    if (test_method_is("spawn")) {
        settings.executable = own;
    }
    assert_int_equal(mp_context_create(&context, test_method(), &settings), 0);
    mp_free(own);
    assert_string_equal(mp_context_method(context), test_method());
    options.context = context;
    assert_int_equal(
        mp_process_create(&process, return_it, MP_ARGS(5), &options), 0);
    mp_context_destroy(context); // the process has what it needs
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 5);
}

static void impossible_contexts_are_refused(void)
{
    mp_context_options_t settings = {.executable = "/no/such/program"};
    mp_context_t *context = NULL;

    assert_int_equal(mp_context_create(&context, "nonsense", NULL), MP_EINVAL);
    assert_int_equal(mp_context_create(&context, "spawn", &settings),
                     MP_ENOENT);
    assert_null(context);
    assert_int_equal(mp_context_create(NULL, "spawn", NULL), MP_EINVAL);
    assert_int_equal(mp_context_create(&context, NULL, NULL), 0);
    mp_context_destroy(context);
    mp_context_destroy(NULL);
}

static void context_limits_the_start(void)
{
    mp_context_options_t settings = {.start_timeout_ms = 300};
    mp_process_options_t options = {0};
    mp_context_t *context = NULL;
    char path[1000];

    test_program_path("stranger", path, sizeof(path));
    settings.executable = path;
    assert_int_equal(mp_context_create(&context, "spawn", &settings), 0);
    options.context = context;
    int r = start_with(&options);
    mp_context_destroy(context);
    assert_true(r == MP_ETIMEDOUT || r == MP_ESTART);
}

// ---- the factory ----

struct order {
    const char *path;
    const char *const *arguments;
    const char *entry;
    const char *folder;
    int result;
    int calls;
    const char *name; // of the process that it was called for
};

static int factory(void *context, mp_process_t *process, mp_launch_t *launch)
{
    struct order *order = context;
    int r = order->result;

    order->calls++;
    order->name = strcmp(mp_process_name(process), "for the factory") == 0
                      ? "right"
                      : "wrong";
    if (r == 0 && order->path != NULL) {
        r = mp_launch_set_path(launch, order->path);
    }
    if (r == 0 && order->entry != NULL) {
        r = mp_launch_add_environment(launch, order->entry);
    }
    if (r == 0 && order->folder != NULL) {
        r = mp_launch_set_directory(launch, order->folder);
    }
    for (size_t i = 0;
         r == 0 && order->arguments != NULL && order->arguments[i] != NULL;
         i++) {
        r = mp_launch_add_argument(launch, order->arguments[i]);
    }
    return r;
}

static void factory_is_asked_in_its_turn(void)
{
    struct order order = {.path = "/no/such/program"};
    mp_process_options_t options = test_options();
    char *own = NULL;

    assert_int_equal(mp_get_executable(&own), 0);
    options.name = "for the factory";
    mp_set_executable_factory(factory, &order);
    int refused = start_with(&options);
    options.executable = own; // then it has no say
    int named = start_with(&options);
    options.executable = NULL;
    order.path = NULL; // it leaves the choice to others
    int left = start_with(&options);
    order.result = MP_EACCES;
    int wanted = start_with(&options);
    order.result = 17; // no code of the library
    int strange = start_with(&options);
    mp_set_executable_factory(NULL, NULL);
    assert_int_equal(start_with(&options), 5);
    mp_free(own);
    assert_int_equal(refused, MP_ENOENT);
    assert_int_equal(named, 5);
    assert_int_equal(left, 5);
    assert_int_equal(wanted, MP_EACCES);
    assert_int_equal(strange, MP_EINVAL);
    assert_int_equal(order.calls, 4);
    assert_string_equal(order.name, "right");
}

// Each of them means something to one who takes a command line apart.
static const char *const hard[] = {"",
                                   "a b",
                                   "\"",
                                   "\\",
                                   "\\\\",
                                   "\\\"",
                                   "a\\\\\\\"b",
                                   "ends in \\",
                                   "ends in \\\\",
                                   "\\\\server\\share\\",
                                   "\ttab",
                                   "'single' $HOME %PATH% ^ & | < > * ?",
                                   "\"a\" \"b\"",
                                   "\xc3\xa4 \xe6\xbc\xa2\" \xf0\x9f\x98\x80\\",
                                   "--multiprocessing-c-child",
                                   NULL};

static void arguments_arrive_as_they_are(void)
{
    struct order order = {.arguments = hard};
    char text[200];

    mp_set_executable_factory(factory, &order);
    for (int i = 0; hard[i] != NULL; i++) {
        test_ask(tell_argument, MP_ARGS(i + 1), text, sizeof(text));
        assert_string_equal(text, hard[i]);
    }
    mp_set_executable_factory(NULL, NULL);
}

static int tell_variable(const mp_args_t *args)
{
    const char *value = getenv(mp_args_text(args, 0));

    return mp_failure(0, "%s", value != NULL ? value : "(none)");
}
MP_TARGET(tell_variable)

static void ask_with(const mp_process_options_t *options, const char *name,
                     const char *expected)
{
    mp_process_t *process = NULL;

    assert_int_equal(
        mp_process_create(&process, tell_variable, MP_ARGS(name), options), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_string_equal(mp_process_failure(process), expected);
    mp_process_destroy(process);
}

static void options_win_over_the_factory(void)
{
    const char *const mine[] = {"MP_TEST_A=of the options", NULL};
    struct order order = {.entry = "MP_TEST_A=of the factory",
                          .folder = "/no/such/directory"};
    mp_process_options_t options = test_options();

    mp_set_executable_factory(factory, &order);
    assert_int_equal(start_with(&options), MP_ENOENT);
    options.directory = ".";
    ask_with(&options, "MP_TEST_A", "of the factory");
    options.environment = mine;
    ask_with(&options, "MP_TEST_A", "of the options");
    mp_set_executable_factory(NULL, NULL);
}

static void depth_is_not_the_users_to_set(void)
{
    const char *const mine[] = {"MULTIPROCESSING_C_DEPTH=0",
                                "MULTIPROCESSING_C_DEPTH", NULL};
    mp_process_options_t options = test_options();

    options.environment = mine;
    ask_with(&options, "MULTIPROCESSING_C_DEPTH", "1");
}

#ifndef _WIN32
// The library's argument is then the first of two.
static void launcher_may_add_arguments_behind(void)
{
    char *own = NULL;

    assert_int_equal(mp_get_executable(&own), 0);
    const char *const arguments[] = {"-c", "exec \"$0\" \"$@\" behind", own,
                                     NULL};
    struct order order = {.path = "/bin/sh", .arguments = arguments};
    char text[200];
    mp_set_executable_factory(factory, &order);
    test_ask(tell_argument, MP_ARGS(2), text, sizeof(text));
    mp_set_executable_factory(NULL, NULL);
    mp_free(own);
    assert_string_equal(text, "behind");
}
#endif

static const struct test tests[] = {
    {"a process may have an executable of its own", executable_of_a_process,
     TEST_SPAWN},
    {"only a spawned process has an executable", only_spawn_runs_programs,
     TEST_FORK | TEST_THREAD},
    {"a context has settings, which processes copy", context_has_settings,
     TEST_ALL},
    {"contexts that cannot be are refused", impossible_contexts_are_refused,
     TEST_ONCE},
    {"a context limits how long a start takes", context_limits_the_start,
     TEST_ONCE},
    {"the factory is asked in its turn", factory_is_asked_in_its_turn,
     TEST_SPAWN},
    {"arguments of the factory arrive as they are",
     arguments_arrive_as_they_are, TEST_SPAWN},
    {"what the options say wins over the factory", options_win_over_the_factory,
     TEST_SPAWN},
    {"the count of generations is not the user's to set",
     depth_is_not_the_users_to_set, TEST_SPAWN},
#ifndef _WIN32
    {"a launcher may add arguments behind the library's",
     launcher_may_add_arguments_behind, TEST_SPAWN},
#endif
};

int main(int argc, char **argv)
{
    own_argc = argc;
    own_argv = argv;
    mp_freeze_support(argc, argv);
    return test_run("launch", tests, sizeof(tests) / sizeof(tests[0]));
}
