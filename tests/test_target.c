// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <string.h>

static int triple(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0) * 3;
}
MP_TARGET(triple)

static int add_one(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0) + 1;
}
MP_TARGET_NAMED(add_one, "arithmetic.add one")

static int from_table(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0) + 20;
}

static mp_target_t table[] = {
    {"from the table", from_table, NULL},
    {"also from the table", triple, NULL},
    {NULL, NULL, NULL},
};

static int unregistered(const mp_args_t *args)
{
    (void) args;
    return 5;
}

static int twin_a(const mp_args_t *args)
{
    (void) args;
    return 6;
}
MP_TARGET_NAMED(twin_a, "twin")

static int twin_b(const mp_args_t *args)
{
    (void) args;
    return 7;
}
MP_TARGET_NAMED(twin_b, "twin")

static mp_process_t *create_named(const char *name)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    assert_int_equal(
        mp_process_create_by_name(&process, name, MP_ARGS(10), &options), 0);
    assert_non_null(process);
    return process;
}

static int call_named(const char *name)
{
    mp_process_t *process = create_named(name);

    assert_int_equal(mp_process_start(process), 0);
    return test_finish(process);
}

static void expect_no_target(mp_process_t *process, const char *name)
{
    assert_int_equal(mp_process_start(process), MP_ETARGET);
    assert_int_equal(mp_last_error()->code, MP_ETARGET);
    assert_non_null(strstr(mp_last_error()->message, name));
    assert_int_equal(mp_process_start(process), MP_ETARGET); // tried again
    assert_int_equal(mp_process_is_alive(process), 0);
    assert_int_equal(mp_process_exitcode(process), MP_EXITCODE_NONE);
    mp_process_destroy(process);
}

static void registered_functions_run(void)
{
    assert_int_equal(test_call(triple, MP_ARGS(10)), 30);
    assert_int_equal(test_call(add_one, MP_ARGS(10)), 11);
    assert_int_equal(test_call(from_table, MP_ARGS(10)), 30);
}

static void targets_run_by_name(void)
{
    assert_int_equal(call_named("triple"), 30);
    assert_int_equal(call_named("arithmetic.add one"), 11);
    assert_int_equal(call_named("from the table"), 30);
    assert_int_equal(call_named("also from the table"), 30);
}

static void name_is_copied(void)
{
    char name[] = "triple";
    mp_process_t *process = create_named(name);

    memset(name, 'x', sizeof(name) - 1);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 30);
}

static void unknown_name_is_refused(void)
{
    expect_no_target(create_named("no such target"), "no such target");
    expect_no_target(create_named(""), "");
}

static void unregistered_function_runs_where_it_is_shared(void)
{
    assert_int_equal(test_call(unregistered, NULL), 5);
}

static void unregistered_function_is_refused(void)
{
    expect_no_target(test_create(unregistered, NULL), "MP_TARGET");
}

static void twins_are_refused(void)
{
    expect_no_target(create_named("twin"), "twin");
    expect_no_target(test_create(twin_a, NULL), "twin");
    expect_no_target(test_create(twin_b, NULL), "twin");
}

static void twins_run_by_address(void)
{
    assert_int_equal(test_call(twin_a, NULL), 6);
    assert_int_equal(test_call(twin_b, NULL), 7);
}

static void tables_are_checked(void)
{
    static mp_target_t bad[] = {
        {"good", triple, NULL}, {"bad", NULL, NULL}, {NULL, NULL, NULL}};

    assert_int_equal(mp_register_targets(NULL), MP_EINVAL);
    assert_int_equal(mp_register_targets(bad), MP_EINVAL);
    assert_int_equal(mp_register_targets(table), 0); // is there already
    assert_int_equal(call_named("from the table"), 30);
}

static void nothing_is_refused(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = (mp_process_t *) &options;

    assert_int_equal(mp_process_create(&process, NULL, NULL, &options),
                     MP_EINVAL);
    assert_null(process);
    process = (mp_process_t *) &options;
    assert_int_equal(mp_process_create_by_name(&process, NULL, NULL, &options),
                     MP_EINVAL);
    assert_null(process);
}

static const struct test tests[] = {
    {"registered functions run, whichever way they were registered",
     registered_functions_run, TEST_ALL},
    {"targets run by their name", targets_run_by_name, TEST_ALL},
    {"the name of a target is copied", name_is_copied, TEST_ALL},
    {"a name that nobody registered is refused at start",
     unknown_name_is_refused, TEST_ALL},
    {"a function need not be registered where it is shared",
     unregistered_function_runs_where_it_is_shared, TEST_FORK | TEST_THREAD},
    {"an unregistered function is refused at start",
     unregistered_function_is_refused, TEST_SPAWN},
    {"two targets of one name are refused at start", twins_are_refused,
     TEST_SPAWN},
    {"two targets of one name run by their addresses", twins_run_by_address,
     TEST_FORK | TEST_THREAD},
    {"tables are checked, and registering one again is fine",
     tables_are_checked, TEST_ALL},
    {"no target at all is refused at create", nothing_is_refused, TEST_ALL},
};

int main(int argc, char **argv)
{
    if (mp_register_targets(table) != 0) {
        return 1;
    }
    mp_freeze_support(argc, argv);
    return test_run("target", tests, sizeof(tests) / sizeof(tests[0]));
}
