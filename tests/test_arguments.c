// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- to the child: it returns 0, or the number of the first wrong one ----

static const int64_t integers[] = {0, 1, -1, INT32_MIN, INT64_MIN, INT64_MAX};

static int check_integers(const mp_args_t *args)
{
    for (size_t i = 0; i < 6; i++) {
        if (mp_args_type(args, i) != MP_ARG_INT ||
            mp_args_int(args, i) != integers[i]) {
            return (int) i + 1;
        }
    }
    return mp_args_count(args) == 6 ? 0 : 99;
}
MP_TARGET(check_integers)

static void integers_arrive(void)
{
    assert_int_equal(
        test_call(check_integers, MP_ARGS(0, 1ULL, (signed char) -1, INT32_MIN,
                                          INT64_MIN, (uint64_t) INT64_MAX)),
        0);
}

static int check_truths(const mp_args_t *args)
{
    if (mp_args_type(args, 0) != MP_ARG_BOOL || !mp_args_bool(args, 0)) {
        return 1;
    }
    if (mp_args_type(args, 1) != MP_ARG_BOOL || mp_args_bool(args, 1)) {
        return 2;
    }
    return mp_args_bool(args, 2) ? 0 : 3;
}
MP_TARGET(check_truths)

static void truths_arrive(void)
{
    bool truth = true;
    assert_int_equal(
        test_call(check_truths, MP_ARGS(MP_BOOL(true), MP_BOOL(false), truth)),
        0);
}

static int check_nothing(const mp_args_t *args)
{
    int64_t integer = 0;

    if (mp_args_type(args, 0) != MP_ARG_NONE ||
        mp_args_get_int(args, 0, &integer) != MP_ETYPE) {
        return 1;
    }
    return mp_args_int(args, 1) == 1 ? 0 : 2;
}
MP_TARGET(check_nothing)

static void nothing_arrives_as_nothing(void)
{
    assert_int_equal(test_call(check_nothing, MP_ARGS(MP_NONE, 1)), 0);
}

static int check_floats(const mp_args_t *args)
{
    if (mp_args_float(args, 0) != 2.5 || mp_args_float(args, 1) != DBL_MAX ||
        mp_args_float(args, 2) != DBL_MIN / 4) {
        return 1;
    }
    double minus_zero = -0.0;
    double zero = mp_args_float(args, 3);
    if (memcmp(&zero, &minus_zero, sizeof(zero)) != 0) {
        return 2;
    }
    if (mp_args_float(args, 4) != -HUGE_VAL) {
        return 3;
    }
    double nan = mp_args_float(args, 5);
    if (nan == nan) {
        return 4;
    }
    return mp_args_float(args, 6) == -7.0 ? 0 : 5; // an int serves as well
}
MP_TARGET(check_floats)

static void floats_arrive(void)
{
    assert_int_equal(
        test_call(check_floats, MP_ARGS(2.5, DBL_MAX, DBL_MIN / 4, -0.0,
                                        -HUGE_VAL, (double) NAN, -7)),
        0);
}

#define WORLD "Grüße, 世界 \U0001F30D\n\"quoted\" %s \\"

static int check_texts(const mp_args_t *args)
{
    if (strcmp(mp_args_text(args, 0), "") != 0) {
        return 1;
    }
    if (strcmp(mp_args_text(args, 1), WORLD) != 0) {
        return 2;
    }
    const char *text = mp_args_text(args, 2);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (text[i] != (char) ('a' + i % 26)) {
            return 3;
        }
    }
    return length == 1 << 20 ? 0 : 4;
}
MP_TARGET(check_texts)

static void texts_arrive(void)
{
    size_t length = 1 << 20;
    char *text = malloc(length + 1);

    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        text[i] = (char) ('a' + i % 26);
    }
    text[length] = '\0';
    assert_int_equal(test_call(check_texts, MP_ARGS("", WORLD, text)), 0);
    free(text);
}

#define BIG ((size_t) 10 << 20)

static unsigned char byte_at(size_t i)
{
    return (unsigned char) (i * 2654435761U >> 13);
}

static int check_bytes(const mp_args_t *args)
{
    size_t size = 99;

    (void) mp_args_bytes(args, 0, &size);
    if (size != 0) {
        return 1;
    }
    const void *zeros = mp_args_bytes(args, 1, &size);
    if (size != 5 || memcmp(zeros, "a\0b\0", 5) != 0) {
        return 2;
    }
    const unsigned char *bytes = mp_args_bytes(args, 2, &size);
    if (size != BIG) {
        return 3;
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != byte_at(i)) {
            return 4;
        }
    }
    return mp_args_type(args, 2) == MP_ARG_BYTES ? 0 : 5;
}
MP_TARGET(check_bytes)

static void bytes_arrive(void)
{
    unsigned char *bytes = malloc(BIG);

    assert_non_null(bytes);
    for (size_t i = 0; i < BIG; i++) {
        bytes[i] = byte_at(i);
    }
    assert_int_equal(
        test_call(check_bytes, MP_ARGS(MP_BYTES(NULL, 0), MP_BYTES("a\0b\0", 5),
                                       MP_BYTES(bytes, BIG))),
        0);
    free(bytes);
}

static int check_row(const mp_args_t *args)
{
    int64_t count = mp_args_int(args, 0);

    if ((int64_t) mp_args_count(args) != count) {
        return 1;
    }
    for (int64_t i = 1; i < count; i++) {
        if (mp_args_int(args, (size_t) i) != i * i) {
            return 2;
        }
    }
    return 0;
}
MP_TARGET(check_row)

static void many_arguments_arrive(void)
{
    mp_arg_t items[1000];

    assert_int_equal(
        test_call(check_row, MP_ARGS(16, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100,
                                     121, 144, 169, 196, 225)),
        0);
    items[0] = MP_INT(1000);
    for (int i = 1; i < 1000; i++) {
        items[i] = MP_INT((int64_t) i * i);
    }
    assert_int_equal(test_call(check_row, &(mp_args_t){1000, items}), 0);
}

static int count_arguments(const mp_args_t *args)
{
    return (int) mp_args_count(args);
}
MP_TARGET(count_arguments)

static void no_arguments_arrive_as_none(void)
{
    assert_int_equal(test_call(count_arguments, MP_NO_ARGS), 0);
    assert_int_equal(test_call(count_arguments, &(mp_args_t){0, NULL}), 0);
}

static int is_before(const mp_args_t *args)
{
    size_t size = 0;
    const void *bytes = mp_args_bytes(args, 1, &size);

    return strcmp(mp_args_text(args, 0), "before") == 0 && size == 3 &&
                   memcmp(bytes, "abc", 3) == 0
               ? 0
               : 1;
}
MP_TARGET(is_before)

static void arguments_are_copied_at_create(void)
{
    char text[] = "before";
    char bytes[] = {'a', 'b', 'c'};
    mp_arg_t items[] = {MP_TEXT(text), MP_BYTES(bytes, sizeof(bytes))};
    mp_args_t args = {2, items};
    mp_process_t *process = test_create(is_before, &args);

    memset(text, 'x', sizeof(text) - 1);
    memset(bytes, 'x', sizeof(bytes));
    memset(items, 0, sizeof(items));
    args.count = 0;
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 0);
}

// ---- wrong use in the child ----

static int take_seventh_as_text(const mp_args_t *args)
{
    (void) mp_args_text(args, 7);
    return 42; // is not reached
}
MP_TARGET(take_seventh_as_text)

static void expect_failure_about_7(const mp_args_t *args)
{
    mp_process_t *process = test_start(take_seventh_as_text, args);

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 1);
    assert_non_null(mp_process_failure(process));
    assert_non_null(strstr(mp_process_failure(process), "7"));
    mp_process_destroy(process);
}

static void wrong_type_fails_the_child(void)
{
    expect_failure_about_7(MP_ARGS(0, 1, 2, 3, 4, 5, 6, 1.5));
}

static void missing_argument_fails_the_child(void)
{
    expect_failure_about_7(MP_ARGS("only one"));
}

// ---- without a child ----

static void getters_tell_what_is_wrong(void)
{
    const mp_args_t *args = MP_ARGS(4, 2.5, "text", MP_BOOL(true));
    int64_t integer = 77;
    bool truth = false;
    double number = 0.0;
    const char *text = NULL;
    const void *bytes = &integer;
    size_t size = 77;

    assert_int_equal(mp_args_get_int(args, 0, &integer), 0);
    assert_int_equal(integer, 4);
    assert_int_equal(mp_args_get_int(args, 1, &integer), MP_ETYPE);
    assert_int_equal(mp_args_get_int(args, 3, &integer), MP_ETYPE);
    assert_int_equal(mp_args_get_int(args, 4, &integer), MP_ERANGE);
    assert_int_equal(mp_args_get_int(args, SIZE_MAX, &integer), MP_ERANGE);
    assert_int_equal(integer, 4);
    assert_int_equal(mp_args_get_bool(args, 3, &truth), 0);
    assert_true(truth);
    assert_int_equal(mp_args_get_bool(args, 0, &truth), MP_ETYPE);
    assert_int_equal(mp_args_get_float(args, 1, &number), 0);
    assert_true(number == 2.5);
    assert_int_equal(mp_args_get_float(args, 0, &number), 0);
    assert_true(number == 4.0);
    assert_int_equal(mp_args_get_text(args, 2, &text), 0);
    assert_string_equal(text, "text");
    assert_int_equal(mp_args_get_text(args, 0, &text), MP_ETYPE);
    assert_int_equal(mp_args_get_bytes(args, 2, &bytes, &size), MP_ETYPE);
    assert_ptr_equal(bytes, &integer);
    assert_int_equal(size, 77);
}

static void short_getters_give_nothing_outside_of_a_child(void)
{
    const mp_args_t *args = MP_ARGS(4);
    size_t size = 77;

    assert_null(mp_args_text(args, 0));
    assert_int_equal(mp_last_error()->code, MP_ETYPE);
    assert_int_equal(mp_args_int(args, 1), 0);
    assert_int_equal(mp_last_error()->code, MP_ERANGE);
    assert_false(mp_args_bool(args, 0));
    assert_true(mp_args_float(args, 1) == 0.0);
    assert_null(mp_args_bytes(args, 0, &size));
}

static void no_arguments_are_counted(void)
{
    assert_int_equal(mp_args_count(MP_NO_ARGS), 0);
    assert_int_equal(mp_args_count(MP_ARGS(1, "b")), 2);
    assert_int_equal(mp_args_type(MP_NO_ARGS, 0), MP_ERANGE);
    assert_int_equal(mp_args_type(MP_ARGS(1, "b"), 1), MP_ARG_TEXT);
    assert_int_equal(mp_args_type(MP_ARGS(1, "b"), 2), MP_ERANGE);
}

static void expect_refusal(const mp_args_t *args, int expected)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = (mp_process_t *) &options;

    assert_int_equal(
        mp_process_create(&process, count_arguments, args, &options), expected);
    assert_null(process);
}

static void create_refuses_bad_arguments(void)
{
    const char *no_text = NULL;

    expect_refusal(MP_ARGS((uint64_t) INT64_MAX + 1), MP_ERANGE);
    expect_refusal(MP_ARGS(1, UINT64_MAX), MP_ERANGE);
    expect_refusal(MP_ARGS(1, no_text), MP_EINVAL);
    expect_refusal(MP_ARGS(MP_BYTES(NULL, 5)), MP_EINVAL);
    expect_refusal(&(mp_args_t){3, NULL}, MP_EINVAL);
}

static void create_refuses_what_no_memory_can_hold(void)
{
    expect_refusal(MP_ARGS(MP_BYTES("x", SIZE_MAX - 8)), MP_ENOMEM);
    expect_refusal(MP_ARGS(MP_BYTES("x", SIZE_MAX / 2 + 1),
                           MP_BYTES("x", SIZE_MAX / 2 + 1)),
                   MP_ENOMEM);
}

static const struct test tests[] = {
    {"integers arrive, to the limits of 64 bits", integers_arrive, TEST_ALL},
    {"truths arrive as bools", truths_arrive, TEST_ALL},
    {"nothing arrives as nothing", nothing_arrives_as_nothing, TEST_ALL},
    {"floats arrive, NaN and minus zero too", floats_arrive, TEST_ALL},
    {"texts arrive, empty, in UTF-8 and long", texts_arrive, TEST_ALL},
    {"bytes arrive, none, with zeros and 10 MiB", bytes_arrive, TEST_ALL},
    {"16 and 1000 arguments arrive", many_arguments_arrive, TEST_ALL},
    {"no arguments arrive as none", no_arguments_arrive_as_none, TEST_ALL},
    {"arguments are copied when the process is created",
     arguments_are_copied_at_create, TEST_ALL},
    {"an argument of another type fails the child and is named",
     wrong_type_fails_the_child, TEST_ALL},
    {"a missing argument fails the child and is named",
     missing_argument_fails_the_child, TEST_ALL},
    {"the get calls tell what is wrong and change nothing",
     getters_tell_what_is_wrong, TEST_ONCE},
    {"the short getters give nothing outside of a child",
     short_getters_give_nothing_outside_of_a_child, TEST_ONCE},
    {"MP_NO_ARGS counts none", no_arguments_are_counted, TEST_ONCE},
    {"create refuses bad arguments", create_refuses_bad_arguments, TEST_ALL},
    {"create refuses what no memory can hold",
     create_refuses_what_no_memory_can_hold, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("arguments", tests, sizeof(tests) / sizeof(tests[0]));
}
