// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <string.h>

static const struct row {
    int code;
    int number;
    const char *name;
    const char *text;
} rows[] = {
#define ROW(name, number, text, python) {name, number, #name, text},
    MP_CODES(ROW)
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void codes_have_a_name_and_a_text(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(rows[i].code, rows[i].number);
        assert_string_equal(mp_errname(rows[i].code), rows[i].name);
        assert_string_equal(mp_strerror(rows[i].code), rows[i].text);
        assert_true(rows[i].text[0] != '\0');
    }
}

static void codes_are_unique(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_not_equal(rows[i].code, 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(rows[i].code, rows[j].code);
            assert_string_not_equal(rows[i].name, rows[j].name);
            assert_string_not_equal(rows[i].text, rows[j].text);
        }
    }
}

static void numbers_that_are_no_code(void)
{
    static const int strangers[] = {2, 1000, -28, -1000, INT_MAX, INT_MIN};

    assert_string_equal(mp_errname(0), "MP_OK");
    assert_non_null(mp_strerror(0));
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        assert_null(mp_errname(strangers[i]));
        assert_non_null(mp_strerror(strangers[i]));
        assert_true(mp_strerror(strangers[i])[0] != '\0');
    }
}

static struct {
    mp_error_t first;
    bool first_is_empty;
    int code;
} seen[4];

static void fail_in_thread(int number)
{
    int64_t out;

    seen[number].first = *mp_last_error();
    seen[number].first_is_empty = seen[number].first.message[0] == '\0';
    (void) mp_args_get_int(number % 2 ? NULL : MP_ARGS("text"), 0, &out);
    seen[number].code = mp_last_error()->code;
}

static void threads_have_their_own_last_error(void)
{
    assert_int_equal(mp_set_start_method("no such method", true), MP_EINVAL);
    test_run_threads(4, fail_in_thread);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(seen[i].first.code, 0);
        assert_true(seen[i].first_is_empty);
        assert_int_equal(seen[i].code, i % 2 ? MP_ERANGE : MP_ETYPE);
    }
    assert_int_equal(mp_last_error()->code, MP_EINVAL);
}

static void success_does_not_clear_the_last_error(void)
{
    char *path = NULL;

    assert_int_equal(mp_set_start_method("no such method", true), MP_EINVAL);
    assert_int_equal(mp_get_executable(&path), 0);
    mp_free(path);
    assert_int_equal(mp_last_error()->code, MP_EINVAL);
    assert_non_null(strstr(mp_last_error()->message, "no such method"));
}

static const struct test tests[] = {
    {"every code has its name and a text", codes_have_a_name_and_a_text,
     TEST_ONCE},
    {"no two codes share a number, a name or a text", codes_are_unique,
     TEST_ONCE},
    {"a number that is no code has a text but no name",
     numbers_that_are_no_code, TEST_ONCE},
    {"each thread has its own last error", threads_have_their_own_last_error,
     TEST_ONCE},
    {"a call that succeeds leaves the last error alone",
     success_does_not_clear_the_last_error, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("errors", tests, sizeof(tests) / sizeof(tests[0]));
}
