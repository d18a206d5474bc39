// SPDX-License-Identifier: Apache-2.0
// Memory with a name: what every system keeps of it.
#include "tests/segments.h"

#include <stdio.h>
#include <string.h>

#define SIZE 100000

// ---- two processes ----

static int answer(const mp_args_t *args)
{
    mp_shared_memory_t *memory = NULL;

    int r = mp_shared_memory_open(&memory, mp_args_text(args, 0), NULL);
    if (r < 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    unsigned char *bytes = mp_shared_memory_address(memory);
    bool right = mp_shared_memory_size(memory) >= SIZE && bytes[0] == 1 &&
                 bytes[SIZE / 2] == 0 && bytes[SIZE - 1] == 2;
    bytes[SIZE / 2] = 3;
    mp_shared_memory_destroy(memory);
    return right ? 5 : 2;
}
MP_TARGET(answer)

static void two_processes_see_the_same_memory(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    unsigned char *bytes = mp_shared_memory_address(memory);

    bytes[0] = 1;
    bytes[SIZE - 1] = 2;
    assert_int_equal(test_call(answer, MP_ARGS(mp_shared_memory_name(memory))),
                     5);
    assert_int_equal(bytes[SIZE / 2], 3);
    segment_end(memory);
}

static void who_opens_does_not_own(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    unsigned char *bytes = mp_shared_memory_address(memory);

    bytes[0] = 1;
    bytes[SIZE - 1] = 2;
    for (int i = 0; i < 2; i++) { // it is there after the first has ended
        bytes[SIZE / 2] = 0;
        assert_int_equal(
            test_call(answer, MP_ARGS(mp_shared_memory_name(memory))), 5);
    }
    segment_end(memory);
}

static mp_shared_memory_t *inherited;

static int create_and_leave(const mp_args_t *args)
{
    int r =
        mp_shared_memory_create(&inherited, mp_args_text(args, 0), SIZE, NULL);
    if (r == 0) {
        memset(mp_shared_memory_address(inherited), 7, SIZE);
    }
    return r == 0 ? 5 : 1; // without closing
}
MP_TARGET(create_and_leave)

static void memory_outlives_its_creator(void)
{
    const char *name = segment_name();

    assert_int_equal(test_call(create_and_leave, MP_ARGS(name)), 5);
    if (NAMES_END_BY_THEMSELVES) {
        assert_false(segment_exists(name));
        return;
    }
    mp_shared_memory_t *memory = segment_open(name);
    const unsigned char *bytes = mp_shared_memory_address(memory);
    assert_int_equal(bytes[SIZE - 1], 7);
    segment_end(memory);
}

static int use_and_close(const mp_args_t *args)
{
    (void) args;
    unsigned char *bytes = mp_shared_memory_address(inherited);
    bytes[0]++;
    mp_shared_memory_close(inherited);
    return mp_shared_memory_address(inherited) == NULL ? 5 : 1;
}
MP_TARGET(use_and_close)

static void forked_child_has_the_memory_and_closes_it_for_itself(void)
{
    inherited = segment_create(segment_name(), SIZE);
    unsigned char *bytes = mp_shared_memory_address(inherited);

    assert_int_equal(test_call(use_and_close, MP_NO_ARGS), 5);
    assert_int_equal(bytes[0], 1);
    bytes[1] = 1; // still mapped here
    segment_end(inherited);
}

// ---- names ----

static void memory_without_a_name_gets_one(void)
{
    mp_shared_memory_t *one = segment_create(NULL, 1);
    mp_shared_memory_t *other = segment_create(NULL, 1);
    const char *name = mp_shared_memory_name(one);
    size_t prefix = strlen(SEGMENT_PREFIX);

    assert_int_equal(strncmp(name, SEGMENT_PREFIX, prefix), 0);
    assert_int_equal(strlen(name), prefix + 8);
    assert_int_equal(strspn(name + prefix, "0123456789abcdef"), 8);
    assert_string_not_equal(name, mp_shared_memory_name(other));
    assert_true(segment_exists(name));
    segment_end(one);
    segment_end(other);
}

static void name_that_is_taken_is_left_alone(void)
{
    mp_shared_memory_t *first = segment_create(segment_name(), SIZE);
    const char *name = mp_shared_memory_name(first);
    mp_shared_memory_t *second = first;

    memset(mp_shared_memory_address(first), 1, SIZE);
    assert_int_equal(mp_shared_memory_create(&second, name, SIZE, NULL),
                     MP_EEXIST);
    assert_null(second);
    assert_int_equal(mp_last_error()->code, MP_EEXIST);
    assert_true(segment_exists(name));
    const unsigned char *bytes = mp_shared_memory_address(first);
    assert_int_equal(bytes[SIZE - 1], 1);
    segment_end(first);
}

static void name_that_is_not_there_cannot_be_opened(void)
{
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_open(&memory, segment_name(), NULL),
                     MP_ENOENT);
    assert_null(memory);
    if (!NAMES_END_BY_THEMSELVES) {
        assert_int_equal(mp_shared_memory_remove(segment_name()), MP_ENOENT);
    }
}

static void bad_names_are_refused(void)
{
    static char longest[400];
    static const char *const names[] = {"",     "/",  "//",   "a/b",
                                        "/a/b", "a/", longest};
    mp_shared_memory_t *memory = NULL;

    memset(longest, 'x', sizeof(longest) - 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(mp_shared_memory_create(&memory, names[i], 1, NULL),
                         MP_EINVAL);
        assert_null(memory);
        assert_int_equal(mp_shared_memory_open(&memory, names[i], NULL),
                         MP_EINVAL);
        assert_null(memory);
        assert_int_equal(mp_shared_memory_remove(names[i]), MP_EINVAL);
    }
    assert_int_equal(mp_shared_memory_open(&memory, NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_shared_memory_remove(NULL), MP_EINVAL);
}

static void slash_in_front_is_kept_in_the_name(void)
{
    char name[40];

    (void) snprintf(name, sizeof(name), "/%s", segment_name());
    mp_shared_memory_t *memory = segment_create(name, 1);
    assert_string_equal(mp_shared_memory_name(memory), name);
    // Windows takes it for a part of the name, as Python does.
    assert_int_equal(segment_exists(name + 1), !NAMES_END_BY_THEMSELVES);
    assert_true(segment_exists(name));
    segment_end(memory);
}

// ---- sizes ----

static void memory_is_zeroed_and_as_large_as_asked_for(void)
{
    static const size_t sizes[] = {1, 4095, 4096, 4097, SIZE, 1 << 20};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        mp_shared_memory_t *memory = segment_create(segment_name(), sizes[i]);
        mp_shared_memory_t *again = segment_open(mp_shared_memory_name(memory));
        const unsigned char *bytes = mp_shared_memory_address(again);

#ifdef __linux__
        assert_int_equal(mp_shared_memory_size(memory), sizes[i]);
        assert_int_equal(mp_shared_memory_size(again), sizes[i]);
#endif
        assert_true(mp_shared_memory_size(memory) >= sizes[i]);
        assert_true(mp_shared_memory_size(again) >= sizes[i]);
        assert_true(mp_shared_memory_size(again) < sizes[i] + 65536);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(bytes[k], 0);
        }
        mp_shared_memory_destroy(again);
        segment_end(memory);
    }
}

static void impossible_sizes_leave_no_name(void)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX / 2,
                                   (size_t) 1 << 62, (size_t) 1 << 46};
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_create(&memory, name, 0, NULL),
                     MP_EINVAL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int r = mp_shared_memory_create(&memory, name, sizes[i], NULL);
        assert_true(r == MP_ENOSPC ||
                    (NAMES_END_BY_THEMSELVES && r < 0 && r != MP_EINVAL));
        assert_null(memory);
        assert_false(segment_exists(name));
    }
}

static void memory_smaller_than_needed_is_refused(void)
{
    mp_shared_memory_options_t options = {.least_size = SIZE};
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    const char *name = mp_shared_memory_name(memory);
    mp_shared_memory_t *again = NULL;

    assert_int_equal(mp_shared_memory_open(&again, name, &options), 0);
    mp_shared_memory_destroy(again);
    options.least_size = SIZE + 65536;
    assert_int_equal(mp_shared_memory_open(&again, name, &options), MP_ESTATE);
    assert_null(again);
    segment_end(memory);
}

// ---- life ----

static void memory_without_its_name_is_kept_by_who_has_it(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    const char *name = mp_shared_memory_name(memory);
    mp_shared_memory_t *other = segment_open(name);
    unsigned char *here = mp_shared_memory_address(memory);
    unsigned char *there = mp_shared_memory_address(other);

    assert_int_equal(mp_shared_memory_unlink(memory), 0);
    assert_int_equal(segment_exists(name), NAMES_END_BY_THEMSELVES);
    assert_int_equal(mp_shared_memory_unlink(memory),
                     NAMES_END_BY_THEMSELVES ? 0 : MP_ENOENT);
    here[SIZE - 1] = 9;
    assert_int_equal(there[SIZE - 1], 9);
    mp_shared_memory_destroy(memory);
    assert_int_equal(there[SIZE - 1], 9);
    mp_shared_memory_destroy(other);
}

static void closed_memory_has_a_name_but_no_address(void)
{
    const char *name = segment_name();
    mp_shared_memory_t *memory = segment_create(name, SIZE);

    mp_shared_memory_close(memory);
    mp_shared_memory_close(memory);
    assert_null(mp_shared_memory_address(memory));
    assert_int_equal(mp_shared_memory_size(memory), 0);
    assert_string_equal(mp_shared_memory_name(memory), name);
    assert_int_equal(segment_exists(name), !NAMES_END_BY_THEMSELVES);
    segment_end(memory);
}

static void name_can_be_removed_without_opening(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    const char *name = mp_shared_memory_name(memory);

    assert_int_equal(mp_shared_memory_remove(name), 0);
    assert_int_equal(segment_exists(name), NAMES_END_BY_THEMSELVES);
    mp_shared_memory_destroy(memory);
}

static void memory_can_be_opened_for_reading(void)
{
    const mp_shared_memory_options_t options = {.read_only = true};
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    mp_shared_memory_t *reader = NULL;

    memset(mp_shared_memory_address(memory), 4, SIZE);
    assert_int_equal(
        mp_shared_memory_open(&reader, mp_shared_memory_name(memory), &options),
        0);
    const unsigned char *bytes = mp_shared_memory_address(reader);
    assert_int_equal(bytes[SIZE - 1], 4);
    mp_shared_memory_destroy(reader);
    segment_end(memory);
}

static void options_of_the_other_call_are_refused(void)
{
    static const mp_shared_memory_options_t for_opening[] = {
        {.read_only = true}, {.apr = true}, {.least_size = 1}};
    const mp_shared_memory_options_t for_creating = {.sparse = true};
    const mp_shared_memory_options_t both = {.apr = true, .read_only = true};
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            mp_shared_memory_create(&memory, name, 1, &for_opening[i]),
            MP_EINVAL);
    }
    assert_int_equal(mp_shared_memory_open(&memory, name, &for_creating),
                     MP_EINVAL);
    assert_int_equal(mp_shared_memory_open(&memory, name, &both), MP_ENOTSUP);
    assert_false(segment_exists(name));
}

static void null_is_no_memory(void)
{
    assert_int_equal(mp_shared_memory_create(NULL, "x", 1, NULL), MP_EINVAL);
    assert_int_equal(mp_shared_memory_open(NULL, "x", NULL), MP_EINVAL);
    assert_int_equal(mp_shared_memory_unlink(NULL), MP_EINVAL);
    assert_null(mp_shared_memory_address(NULL));
    assert_null(mp_shared_memory_name(NULL));
    assert_int_equal(mp_shared_memory_size(NULL), 0);
    mp_shared_memory_close(NULL);
    mp_shared_memory_destroy(NULL);
}

static const struct test tests[] = {
    {"two processes see the same memory", two_processes_see_the_same_memory,
     TEST_ALL},
    {"who opens memory does not own it", who_opens_does_not_own, TEST_ALL},
    {"memory outlives its creator where names do", memory_outlives_its_creator,
     TEST_PROCESSES},
    {"a forked child has the memory and closes it for itself",
     forked_child_has_the_memory_and_closes_it_for_itself, TEST_FORK},
    {"memory without a name gets one like Python's",
     memory_without_a_name_gets_one, TEST_ONCE},
    {"a name that is taken is left alone", name_that_is_taken_is_left_alone,
     TEST_ONCE},
    {"a name that is not there cannot be opened",
     name_that_is_not_there_cannot_be_opened, TEST_ONCE},
    {"bad names are refused", bad_names_are_refused, TEST_ONCE},
    {"a slash in front is kept in the name", slash_in_front_is_kept_in_the_name,
     TEST_ONCE},
    {"memory is zeroed and as large as asked for",
     memory_is_zeroed_and_as_large_as_asked_for, TEST_ONCE},
    {"impossible sizes leave no name", impossible_sizes_leave_no_name,
     TEST_ONCE},
    {"memory smaller than needed is refused",
     memory_smaller_than_needed_is_refused, TEST_ONCE},
    {"memory without its name is kept by who has it",
     memory_without_its_name_is_kept_by_who_has_it, TEST_ONCE},
    {"closed memory has a name but no address",
     closed_memory_has_a_name_but_no_address, TEST_ONCE},
    {"a name can be removed without opening",
     name_can_be_removed_without_opening, TEST_ONCE},
    {"memory can be opened for reading", memory_can_be_opened_for_reading,
     TEST_ONCE},
    {"options of the other call are refused",
     options_of_the_other_call_are_refused, TEST_ONCE},
    {"NULL is no memory", null_is_no_memory, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("shared memory", tests, sizeof(tests) / sizeof(tests[0]));
}
