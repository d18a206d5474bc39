// SPDX-License-Identifier: Apache-2.0
// What a spawned child has of its parent's descriptors or handles: nothing.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

#define MANY 200

static int count_seen(const mp_args_t *args)
{
    int seen = 0;

    for (size_t i = 0; i < mp_args_count(args); i++) {
        seen += test_sees_handle((intptr_t) mp_args_int(args, i));
    }
    return seen;
}
MP_TARGET(count_seen)

static void child_sees_nothing_inheritable(void)
{
    intptr_t handles[MANY];
    mp_arg_t items[MANY];

    test_open_inheritable(handles, MANY);
    for (int i = 0; i < MANY; i++) {
        items[i] = MP_INT(handles[i]);
    }
    int seen = test_call(count_seen, &(mp_args_t){MANY, items});
    test_close_inheritable(handles, MANY);
    assert_int_equal(seen, test_method_is("spawn") ? 0 : MANY);
}

static int tell_descriptors(const mp_args_t *args)
{
    char list[500];

    (void) args;
    test_list_handles(list, sizeof(list));
    return mp_failure(0, "%s", list);
}
MP_TARGET(tell_descriptors)

// Above stderr: the start channel, the parent's end, and what tells the child's
// end where the system does not.
static void child_has_the_standard_three_and_the_librarys(void)
{
    char answer[600];
    int count = 0;
    int above = 0;

    test_ask(tell_descriptors, NULL, answer, sizeof(answer));
    for (char *rest = answer; *rest != '\0'; count++) {
        above += strtol(rest, &rest, 10) > 2;
        rest += *rest == ' ';
    }
    assert_in_range(count - above, 0, 3);
    assert_in_range(above, 0, 3);
}

static int tell_variable(const mp_args_t *args)
{
    const char *value = getenv(mp_args_text(args, 0));

    return mp_failure(0, "%s", value != NULL ? value : "(none)");
}
MP_TARGET(tell_variable)

static void child_has_the_environment_of_now(void)
{
    char answer[100];

    test_set_variable("MP_TEST_VARIABLE", "set at run time = yes");
    test_ask(tell_variable, MP_ARGS("MP_TEST_VARIABLE"), answer,
             sizeof(answer));
    test_set_variable("MP_TEST_VARIABLE", NULL);
    assert_string_equal(answer, "set at run time = yes");
    test_ask(tell_variable, MP_ARGS("MP_TEST_VARIABLE"), answer,
             sizeof(answer));
    assert_string_equal(answer, "(none)");
}

static const struct test tests[] = {
    {"a spawned child sees nothing that its parent left inheritable",
     child_sees_nothing_inheritable, TEST_SPAWN},
    {"a forked child shares what its parent has open",
     child_sees_nothing_inheritable, TEST_FORK},
    {"a spawned child has the standard three and the library's own",
     child_has_the_standard_three_and_the_librarys, TEST_SPAWN},
    {"a child has the environment that its parent has when it starts",
     child_has_the_environment_of_now, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("inherit", tests, sizeof(tests) / sizeof(tests[0]));
}
