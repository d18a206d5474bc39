// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const struct test *test;
    const char *method; // NULL: TEST_ONCE
    char name[200];
};

static const struct {
    unsigned bit;
    const char *name;
} methods[] = {
    {TEST_FORK, "fork"},
    {TEST_SPAWN, "spawn"},
    {TEST_THREAD, "thread"},
};

// The thread sanitizer cannot follow a fork of a program with threads.
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN true
#endif
#elif defined(__SANITIZE_THREAD__)
#define UNDER_TSAN true
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN false
#endif

static const char *current_method;

static int test_nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(test_nothing)

int test_wait_at_gate(const mp_args_t *args)
{
    if (test_gate_pass(mp_args_text(args, 0)) != 0) {
        return mp_failure(99, "the gate was never opened");
    }
    return (int) mp_args_int(args, 1);
}
MP_TARGET(test_wait_at_gate)

bool test_method_is(const char *method)
{
    return current_method != NULL && strcmp(current_method, method) == 0;
}

const char *test_method(void)
{
    return current_method;
}

mp_process_options_t test_options(void)
{
    mp_process_options_t options = {0};
    options.context = mp_get_context(current_method);
    return options;
}

// ---- children ----

mp_process_t *test_create(mp_target_fn target, const mp_args_t *args)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    assert_int_equal(mp_process_create(&process, target, args, &options), 0);
    assert_non_null(process);
    return process;
}

mp_process_t *test_start(mp_target_fn target, const mp_args_t *args)
{
    mp_process_t *process = test_create(target, args);
    int r = mp_process_start(process);

    if (r != 0) {
        fail_msg("start: %s: %s", mp_errname(r), mp_last_error()->message);
    }
    return process;
}

void test_await_end(mp_process_t *process)
{
    intptr_t sentinel;

    assert_int_equal(mp_process_sentinel(process, &sentinel), 0);
    assert_true(test_is_ready(sentinel, TEST_GUARD_MS));
    while (TEST_SENTINEL_IS_EARLY && mp_process_is_alive(process) == 1) {
    }
}

void test_join(mp_process_t *process)
{
    int r = mp_process_join(process, TEST_GUARD_MS);

    if (r == MP_ETIMEDOUT) {
        (void) mp_process_kill(process);
    }
    assert_int_equal(r, 0);
}

int test_finish(mp_process_t *process)
{
    test_join(process);
    int code = mp_process_exitcode(process);
    const char *failure = mp_process_failure(process);
    if (code != 0 && failure != NULL) {
        print_message("the child says: %s\n", failure);
    }
    mp_process_destroy(process);
    return code;
}

int test_call(mp_target_fn target, const mp_args_t *args)
{
    return test_finish(test_start(target, args));
}

void test_ask(mp_target_fn target, const mp_args_t *args, char *answer,
              size_t size)
{
    mp_process_t *process = test_start(target, args);

    test_join(process);
    const char *said = mp_process_failure(process);
    (void) snprintf(answer, size, "%s", said != NULL ? said : "(nothing)");
    assert_int_equal(test_finish(process), 0);
}

void test_stop(mp_process_t *process, test_gate_t *gate)
{
    if (mp_process_kill(process) == MP_ENOTSUP) {
        test_gate_release(gate, 1);
    }
    test_join(process);
}

int test_start_below(mp_process_t **out, const char *method, mp_choice_t daemon,
                     mp_target_fn target, const mp_args_t *args)
{
    mp_process_options_t options = {.context = mp_get_context(method),
                                    .daemon = daemon};
    int r = mp_process_create(out, target, args, &options);

    return r < 0 ? r : mp_process_start(*out);
}

// ---- the runner ----

static void expect_no_children(void)
{
    mp_process_t **children = NULL;
    size_t count = 0;

    assert_int_equal(mp_active_children(&children, &count), 0);
    mp_active_children_free(children, count);
    assert_int_equal(count, 0);
    assert_true(test_has_no_children());
}

// A thread that its process left alone may be closing what it had: that much
// time it gets. What is still open then was leaked.
static void expect_handles(const char *before)
{
    static char after[4000];
    int64_t deadline = test_now_ms() + 2000;

    do {
        test_list_handles(after, sizeof(after));
    } while (strcmp(after, before) != 0 && test_now_ms() < deadline);
    assert_string_equal(after, before);
}

static void run_one(void **state)
{
    const struct run *run = *state;
    static char before[4000];

    current_method = run->method;
    test_list_handles(before, sizeof(before));
    run->test->run();
    expect_no_children();
    expect_handles(before);
}

// A test that failed in its middle must not spoil those that follow.
static int stop_leftovers(void **state)
{
    mp_process_t **children = NULL;
    size_t count = 0;

    (void) state;
    (void) mp_set_executable(NULL);
    if (mp_active_children(&children, &count) < 0) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        (void) mp_process_kill(children[i]);
        (void) mp_process_join(children[i], 1000);
    }
    mp_active_children_free(children, count);
    return 0;
}

// MP_TEST_WITHOUT names methods that an emulator cannot follow.
static bool is_there(const char *method)
{
    const char *without = getenv("MP_TEST_WITHOUT");

    return (without == NULL || strstr(without, method) == NULL) &&
           mp_context_method(mp_get_context(method)) != NULL;
}

static bool can_try(const char *method)
{
    return is_there(method) && !(UNDER_TSAN && strcmp(method, "fork") == 0);
}

static unsigned used_methods;

// What the library opens once and keeps must not look like a leak of the
// first test. A test by one method may start others by another.
static int start_one_of_each(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        current_method = methods[i].name;
        if (used_methods != 0 && is_there(current_method) &&
            test_call(test_nothing, NULL) != 0) {
            return -1;
        }
    }
    return 0;
}

static void add(struct CMUnitTest *entry, struct run *run,
                const struct test *test, const char *method)
{
    run->test = test;
    run->method = method;
    (void) snprintf(run->name, sizeof(run->name), method ? "%s [%s]" : "%s",
                    test->name, method);
    entry->name = run->name;
    entry->test_func = run_one;
    entry->teardown_func = stop_leftovers;
    entry->initial_state = run;
}

static size_t add_each(struct CMUnitTest *entries, struct run *runs,
                       const struct test *tests, size_t count)
{
    size_t filled = 0;

    for (size_t i = 0; i < count; i++) {
        used_methods |= tests[i].methods;
        if (tests[i].methods & TEST_ONCE) {
            add(&entries[filled], &runs[filled], &tests[i], NULL);
            filled++;
        }
        for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
            if ((tests[i].methods & methods[m].bit) &&
                can_try(methods[m].name)) {
                add(&entries[filled], &runs[filled], &tests[i],
                    methods[m].name);
                filled++;
            }
        }
    }
    return filled;
}

int test_run(const char *topic, const struct test *tests, size_t count)
{
    struct CMUnitTest *entries = calloc(count * 4, sizeof(*entries));
    struct run *runs = calloc(count * 4, sizeof(*runs));
    int failed = 1;

    if (entries != NULL && runs != NULL) {
        cmocka_set_test_filter(getenv("MP_TEST_FILTER"));
        size_t filled = add_each(entries, runs, tests, count);
        failed = _cmocka_run_group_tests(topic, entries, filled,
                                         start_one_of_each, NULL);
    }
    free(entries);
    free(runs);
    return failed != 0 ? 1 : 0;
}

// ---- other programs ----

void test_copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    size_t size;

    assert_true(in != NULL && out != NULL);
    while ((size = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        assert_int_equal(fwrite(bytes, 1, size, out), size);
    }
    (void) fclose(in);
    assert_int_equal(fclose(out), 0);
}

void test_program_path(const char *name, char *path, size_t size)
{
    char *own = NULL;

    assert_int_equal(mp_set_executable(NULL), 0);
    assert_int_equal(mp_get_executable(&own), 0);
    size_t folder = strlen(own);
    while (folder > 0 && own[folder - 1] != '/' && own[folder - 1] != '\\') {
        folder--;
    }
    size_t length = strlen(own);
    bool windows = length > 4 && strcmp(own + length - 4, ".exe") == 0;
    (void) snprintf(path, size, "%.*s%s%s", (int) folder, own, name,
                    windows ? ".exe" : "");
    mp_free(own);
}
