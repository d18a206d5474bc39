// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <stdio.h>

static void version_is_that_of_the_headers(void)
{
    char text[32];

    assert_int_equal(mp_version(), MP_VERSION);
    (void) snprintf(text, sizeof(text), "%u.%u.%u", mp_version() >> 16,
                    (mp_version() >> 8) & 0xff, mp_version() & 0xff);
    assert_string_equal(text, MP_VERSION_STRING);
}

static void processors_are_counted(void)
{
    assert_true(mp_cpu_count() >= 1);
    assert_true(mp_process_cpu_count() >= 1);
    assert_true(mp_process_cpu_count() <= mp_cpu_count());
}

static void affinity_limits_what_a_process_may_use(void)
{
    int all = mp_cpu_count();

    if (!test_use_one_processor(true)) {
        skip();
    }
    int usable = mp_process_cpu_count();
    int online = mp_cpu_count();
    assert_true(test_use_one_processor(false));
    assert_int_equal(usable, 1);
    assert_int_equal(online, all);
}

static void freeing_nothing_is_fine(void)
{
    mp_free(NULL);
    mp_process_destroy(NULL);
    mp_active_children_free(NULL, 0);
}

static const struct test tests[] = {
    {"the library has the version of its headers",
     version_is_that_of_the_headers, TEST_ONCE},
    {"the processors of the system and of the process are counted",
     processors_are_counted, TEST_ONCE},
    {"affinity limits the processors of a process, not those of the system",
     affinity_limits_what_a_process_may_use, TEST_ONCE},
    {"what frees also takes NULL", freeing_nothing_is_fine, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("version", tests, sizeof(tests) / sizeof(tests[0]));
}
