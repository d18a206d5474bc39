// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *default_method(void)
{
    return mp_get_all_start_methods()[0];
}

static void forget(void)
{
    assert_int_equal(mp_set_start_method(NULL, true), 0);
    assert_null(mp_get_start_method(true));
}

static void methods_are_listed_default_first(void)
{
    const char *const *methods = mp_get_all_start_methods();
    int known = 0;

#if defined(_WIN32) || defined(__APPLE__)
    assert_string_equal(methods[0], "spawn");
#else
    assert_string_equal(methods[0], "fork");
#endif
    for (int i = 0; methods[i] != NULL; i++) {
        const mp_context_t *context = mp_get_context(methods[i]);
        assert_string_equal(mp_context_method(context), methods[i]);
        known += strcmp(methods[i], "fork") == 0;
        known += strcmp(methods[i], "spawn") == 0;
        known += strcmp(methods[i], "thread") == 0;
    }
#ifdef _WIN32
    assert_int_equal(known, 2);
    assert_null(mp_context_method(mp_get_context("fork")));
#else
    assert_int_equal(known, 3);
#endif
}

static void method_is_settled_once(void)
{
    forget();
    assert_int_equal(mp_set_start_method("thread", false), 0);
    assert_string_equal(mp_get_start_method(true), "thread");
    assert_int_equal(mp_set_start_method("spawn", false), MP_ESTATE);
    assert_string_equal(mp_get_start_method(false), "thread");
    assert_int_equal(mp_set_start_method("spawn", true), 0);
    assert_string_equal(mp_get_start_method(false), "spawn");
    forget();
}

static void asking_settles_the_default(void)
{
    forget();
    assert_string_equal(mp_get_start_method(false), default_method());
    assert_int_equal(mp_set_start_method("thread", false), MP_ESTATE);
    forget();
    assert_string_equal(mp_context_method(mp_get_context(NULL)),
                        default_method());
    assert_string_equal(mp_get_start_method(true), default_method());
    forget();
}

static void naming_a_context_settles_nothing(void)
{
    forget();
    assert_string_equal(mp_context_method(mp_get_context("thread")), "thread");
    assert_null(mp_get_start_method(true));
}

static int nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(nothing)

static void unknown_method_is_refused(void)
{
    mp_process_options_t options = {.context = mp_get_context("nonsense")};
    mp_process_t *process = (mp_process_t *) &options;

    forget();
    assert_int_equal(mp_set_start_method("nonsense", false), MP_EINVAL);
    assert_int_equal(mp_set_start_method("", false), MP_EINVAL);
    assert_null(mp_get_start_method(true));
    assert_non_null(options.context);
    assert_null(mp_context_method(options.context));
    assert_int_equal(mp_process_create(&process, nothing, NULL, &options),
                     MP_EINVAL);
    assert_null(process);
    assert_int_equal(
        mp_process_create_by_name(&process, "nothing", NULL, &options),
        MP_EINVAL);
    assert_null(process);
}

static int tell_method(const mp_args_t *args)
{
    const char *method = mp_get_start_method(true);

    (void) args;
    return mp_failure(0, "%s", method != NULL ? method : "(none)");
}
MP_TARGET(tell_method)

static void child_has_its_creators_choice(void)
{
    const char *const *methods = mp_get_all_start_methods();
    char answer[100];

    for (int i = 0; methods[i] != NULL; i++) {
        assert_int_equal(mp_set_start_method(methods[i], true), 0);
        test_ask(tell_method, NULL, answer, sizeof(answer));
        assert_string_equal(answer, methods[i]);
    }
    forget();
}

static int tell_pid(const mp_args_t *args)
{
    (void) args;
    return mp_failure(0, "%lld", (long long) test_own_pid());
}
MP_TARGET(tell_pid)

static void process_keeps_the_method_of_its_creation(void)
{
    mp_process_t *process = NULL;

    forget();
    assert_int_equal(mp_set_start_method("thread", false), 0);
    assert_int_equal(mp_process_create(&process, tell_pid, NULL, NULL), 0);
    assert_int_equal(mp_set_start_method("spawn", true), 0);
    assert_int_equal(mp_process_start(process), 0);
    test_join(process);
    assert_int_equal(strtoll(mp_process_failure(process), NULL, 10),
                     test_own_pid());
    mp_process_destroy(process);
    forget();
}

static bool is_absolute(const char *path)
{
    return path[0] == '/' || path[0] == '\\' ||
           (path[0] != '\0' && path[1] == ':');
}

static void executable_is_this_program_at_first(void)
{
    char *path = NULL;

    assert_int_equal(mp_get_executable(&path), 0);
    assert_true(is_absolute(path));
    assert_non_null(strstr(path, "test_context"));
    mp_free(path);
}

static void executable_can_be_set_and_reset(void)
{
    char *own = NULL;
    char *path = NULL;

    assert_int_equal(mp_get_executable(&own), 0);
    char *given = malloc(strlen(own) + 1);
    assert_non_null(given);
    memcpy(given, own, strlen(own) + 1);
    assert_int_equal(mp_set_executable(given), 0);
    given[0] = 'x'; // it was copied
    free(given);
    assert_int_equal(mp_get_executable(&path), 0);
    assert_string_equal(path, own);
    mp_free(path);
    assert_int_equal(test_call(nothing, NULL), 0);
    assert_int_equal(mp_set_executable(NULL), 0);
    mp_free(own);
    assert_int_equal(test_call(nothing, NULL), 0);
}

static void bad_executable_is_refused_and_changes_nothing(void)
{
    char *before = NULL;
    char *after = NULL;

    assert_int_equal(mp_get_executable(&before), 0);
    assert_int_equal(mp_set_executable(""), MP_EINVAL);
    assert_int_equal(mp_set_executable("no/such/program"), MP_ENOENT);
    assert_int_equal(mp_last_error()->code, MP_ENOENT);
    assert_non_null(strstr(mp_last_error()->message, "no/such/program"));
    assert_int_equal(mp_set_executable("."), MP_EACCES);
    assert_int_equal(mp_get_executable(&after), 0);
    assert_string_equal(after, before);
    mp_free(before);
    mp_free(after);
}

static const struct test tests[] = {
    {"the start methods are listed, the default first",
     methods_are_listed_default_first, TEST_ONCE},
    {"the start method is settled once, or by force", method_is_settled_once,
     TEST_ONCE},
    {"asking for the default settles it", asking_settles_the_default,
     TEST_ONCE},
    {"naming a context settles nothing", naming_a_context_settles_nothing,
     TEST_ONCE},
    {"an unknown method is refused, in options too", unknown_method_is_refused,
     TEST_ONCE},
    {"a child starts with its creator's choice", child_has_its_creators_choice,
     TEST_ALL},
    {"a process keeps the method it was created under",
     process_keeps_the_method_of_its_creation, TEST_ONCE},
    {"the executable is this program at first",
     executable_is_this_program_at_first, TEST_ONCE},
    {"the executable can be set and reset", executable_can_be_set_and_reset,
     TEST_ALL},
    {"a bad executable is refused and changes nothing",
     bad_executable_is_refused_and_changes_nothing, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("context", tests, sizeof(tests) / sizeof(tests[0]));
}
