// SPDX-License-Identifier: Apache-2.0
// Values as arguments: of every kind, with shared objects inside of them, and
// dicts that are keyword arguments.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

// Children build values, too, so what cannot be built is NULL, which nothing
// takes, and no assertion.
static mp_any_t *list_of(const mp_args_t *items)
{
    mp_any_t *list = NULL;

    return mp_any_list(&list, items) == 0 ? list : NULL;
}

static mp_any_t *dict_of(const mp_args_t *items)
{
    mp_any_t *dict = NULL;

    return mp_any_dict(&dict, items) == 0 ? dict : NULL;
}

static void append(mp_any_t *list, mp_any_t *item)
{
    if (mp_any_append(list, item) < 0) {
        abort();
    }
    mp_any_destroy(item);
}

static int call_with(mp_target_fn target, mp_any_t *value)
{
    assert_non_null(value);
    int exitcode = test_call(target, MP_ARGS(value));
    mp_any_destroy(value);
    return exitcode;
}

// ---- kinds ----

static mp_any_t *object_of_python(void)
{
    mp_any_t *object = NULL;
    mp_any_t *state = dict_of(MP_ARGS("name", "x"));

    if (mp_any_object(&object, "module", "Class", MP_ARGS(1, "two")) < 0 ||
        mp_any_object_add(object, MP_ANY_BUILD, state) < 0) {
        abort();
    }
    mp_any_destroy(state);
    return object;
}

// One of each kind that can be equal to another.
static mp_any_t *all_kinds(void)
{
    mp_any_t *all = list_of(MP_ARGS(MP_NONE, MP_BOOL(true), 0, INT64_MIN, -2.5,
                                    "", "Grüße, 世界", MP_BYTES("a\0b", 3)));
    mp_any_t *one = NULL;

    if (mp_any_int_text(&one, "-123456789012345678901234567890") < 0) {
        abort();
    }
    append(all, one);
    (void) mp_any_uint(&one, UINT64_MAX);
    append(all, one);
    (void) mp_any_bytearray(&one, "bytes", 5);
    append(all, one);
    (void) mp_any_text(&one, "\xED\xA0\x80", 3); // half of a pair
    append(all, one);
    (void) mp_any_tuple(&one, MP_ARGS(1, "a", 2.5, MP_NONE));
    append(all, one);
    (void) mp_any_set(&one, MP_ARGS(1, "a"));
    append(all, one);
    (void) mp_any_frozenset(&one, MP_ARGS(1, "a"));
    append(all, one);
    (void) mp_any_global(&one, "builtins", "len");
    append(all, one);
    append(all, dict_of(MP_ARGS("key", 1, 2, "two", MP_NONE, 2.5)));
    append(all, object_of_python());
    return all;
}

static int check_all_kinds(const mp_args_t *args)
{
    mp_any_t *wanted = all_kinds();
    mp_any_t *got = mp_args_any(args, 0);
    int result = mp_args_type(args, 0) == (int) MP_ARG_ANY ? 0 : 1;

    for (size_t i = 0; result == 0 && i < mp_any_size(wanted); i++) {
        const mp_any_t *item = mp_any_item(got, i);
        if (mp_any_type(item) != mp_any_type(mp_any_item(wanted, i)) ||
            mp_any_equal(item, mp_any_item(wanted, i)) != 1) {
            result = 10 + (int) i;
        }
    }
    if (result == 0 && mp_any_size(got) != mp_any_size(wanted)) {
        result = 2;
    }
    mp_any_destroy(wanted);
    return result;
}
MP_TARGET(check_all_kinds)

static void values_of_all_kinds_arrive(void)
{
    assert_int_equal(call_with(check_all_kinds, all_kinds()), 0);
}

static int check_each(const mp_args_t *args)
{
    mp_any_t *wanted = all_kinds();
    int result = mp_args_count(args) == mp_any_size(wanted) + 1 ? 0 : 1;

    for (size_t i = 0; result == 0 && i < mp_any_size(wanted); i++) {
        if (mp_any_equal(mp_args_any(args, i), mp_any_item(wanted, i)) != 1) {
            result = 10 + (int) i;
        }
    }
    if (result == 0 && mp_args_int(args, mp_any_size(wanted)) != 7) {
        result = 2;
    }
    mp_any_destroy(wanted);
    return result;
}
MP_TARGET(check_each)

static void each_is_an_argument_among_others(void)
{
    mp_any_t *all = all_kinds();
    mp_arg_t items[40];
    size_t count = mp_any_size(all);

    for (size_t i = 0; i < count; i++) {
        items[i] = MP_ANY(mp_any_item(all, i));
    }
    items[count] = MP_INT(7);
    assert_int_equal(test_call(check_each, &(mp_args_t){count + 1, items}), 0);
    mp_any_destroy(all);
}

// ---- large ones, deep ones, and those in themselves ----

#define MANY 200000
#define BIG ((size_t) 8 << 20)

static int check_large(const mp_args_t *args)
{
    mp_any_t *large = mp_args_any(args, 0);
    const unsigned char *bytes = NULL;
    const void *data = NULL;
    size_t size = 0;

    if (mp_any_get_bytes(mp_any_item(large, 0), &data, &size) < 0 ||
        size != BIG || mp_any_size(large) != MANY + 1) {
        return 1;
    }
    bytes = data;
    for (size_t i = 0; i < BIG; i++) {
        if (bytes[i] != (unsigned char) (i * 2654435761U >> 13)) {
            return 2;
        }
    }
    for (int i = 1; i <= MANY; i++) {
        int64_t integer = 0;
        if (mp_any_get_int(mp_any_item(large, (size_t) i), &integer) < 0 ||
            integer != (int64_t) i * i) {
            return 3;
        }
    }
    return 0;
}
MP_TARGET(check_large)

static void large_values_arrive(void)
{
    unsigned char *bytes = malloc(BIG);

    assert_non_null(bytes);
    for (size_t i = 0; i < BIG; i++) {
        bytes[i] = (unsigned char) (i * 2654435761U >> 13);
    }
    mp_any_t *large = list_of(MP_ARGS(MP_BYTES(bytes, BIG)));
    free(bytes);
    for (int i = 1; i <= MANY; i++) {
        assert_int_equal(mp_any_extend(large, MP_ARGS((int64_t) i * i)), 0);
    }
    assert_int_equal(call_with(check_large, large), 0);
}

#define DEEP 20000 // 20 times what goes over a connection

static int measure_depth(const mp_args_t *args)
{
    int depth = 0;

    for (const mp_any_t *at = mp_args_any(args, 0); mp_any_size(at) == 1;
         at = mp_any_item(at, 0)) {
        depth++;
    }
    return depth == DEEP ? 0 : 1;
}
MP_TARGET(measure_depth)

static void deep_values_arrive(void)
{
    mp_any_t *deep = list_of(MP_NO_ARGS);

    for (int i = 0; i < DEEP; i++) {
        mp_any_t *outer = list_of(MP_ARGS(deep));
        mp_any_destroy(deep);
        deep = outer;
    }
    assert_int_equal(call_with(measure_depth, deep), 0);
}

// [shared, shared, (the whole,), {"me": the dict}]
static int check_loops(const mp_args_t *args)
{
    mp_any_t *whole = mp_args_any(args, 0);
    mp_any_t *shared = mp_any_item(whole, 0);
    mp_any_t *dict = mp_any_item(whole, 3);

    if (shared == NULL || shared != mp_any_item(whole, 1)) {
        return 1;
    }
    if (mp_any_item(mp_any_item(whole, 2), 0) != whole) {
        return 2;
    }
    if (dict == NULL || mp_any_find_text(dict, "me") != dict) {
        return 3;
    }
    return mp_any_append(shared, whole) == 0 && // it is the target's own
                   mp_any_size(mp_any_item(whole, 1)) == 1
               ? 0
               : 4;
}
MP_TARGET(check_loops)

static void sharing_and_loops_arrive(void)
{
    mp_any_t *shared = list_of(MP_NO_ARGS);
    mp_any_t *whole = list_of(MP_ARGS(shared, shared));
    mp_any_t *tuple = NULL;
    mp_any_t *dict = dict_of(MP_NO_ARGS);

    assert_int_equal(mp_any_tuple(&tuple, MP_ARGS(whole)), 0);
    assert_int_equal(mp_any_set_text(dict, "me", dict), 0);
    assert_int_equal(mp_any_extend(whole, MP_ARGS(tuple, dict)), 0);
    assert_int_equal(test_call(check_loops, MP_ARGS(whole)), 0);
    assert_int_equal(mp_any_size(shared), 0);
    mp_any_destroy(shared);
    mp_any_destroy(tuple);
    mp_any_destroy(dict);
    mp_any_destroy(whole);
}

// ---- whose they are ----

static int is_before(const mp_args_t *args)
{
    mp_any_t *value = mp_args_any(args, 0);
    mp_any_t *wanted = list_of(MP_ARGS("before"));
    int equal = mp_any_equal(value, wanted);

    mp_any_destroy(wanted);
    return equal == 1 && mp_any_extend(value, MP_ARGS("after")) == 0 &&
                   mp_any_size(value) == 2
               ? 0
               : 1;
}
MP_TARGET(is_before)

static void values_are_copied_at_create(void)
{
    mp_any_t *value = list_of(MP_ARGS("before"));
    const mp_any_t *same = value;
    mp_process_t *process = test_create(is_before, MP_ARGS(same));

    assert_int_equal(mp_any_extend(value, MP_ARGS(1, 2)), 0);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 0);
    assert_int_equal(mp_any_size(value), 3);
    mp_any_destroy(value);
}

static int pass_on(const mp_args_t *args)
{
    mp_process_t *below = NULL;
    mp_any_t *kept = mp_any_hold(mp_args_any(args, 1));

    int r = test_start_below(&below, mp_args_text(args, 0), MP_DEFAULT,
                             check_all_kinds, MP_ARGS(kept));
    mp_any_destroy(kept);
    if (r == 0) {
        r = mp_process_join(below, TEST_GUARD_MS);
    }
    int exitcode = r == 0 ? mp_process_exitcode(below) : 99;
    mp_process_destroy(below);
    return exitcode;
}
MP_TARGET(pass_on)

static void children_pass_them_on(void)
{
    mp_any_t *all = all_kinds();

    assert_int_equal(test_call(pass_on, MP_ARGS(test_method(), all)), 0);
    mp_any_destroy(all);
}

static void unused_copies_are_freed(void)
{
    mp_any_t *loop = list_of(MP_NO_ARGS);
    mp_any_t *all = all_kinds();
    mp_event_t *event = NULL;

    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_any_extend(loop, MP_ARGS(loop, event, all)), 0);
    mp_any_destroy(all);
    mp_process_destroy(test_create(check_all_kinds, MP_ARGS(loop)));
    mp_any_destroy(loop);
    mp_event_destroy(event);
}

// ---- shared objects inside of them ----

static int use_locks(const mp_args_t *args)
{
    mp_any_t *row = mp_args_any(args, 0);
    mp_lock_t *lock = NULL;
    mp_event_t *event = NULL;
    mp_event_t *again = NULL;
    mp_semaphore_t *semaphore = NULL;

    if (mp_any_get_lock(mp_any_find_text(row, "lock"), &lock) < 0 ||
        mp_any_get_event(mp_any_item(mp_any_find_text(row, "list"), 0),
                         &event) < 0 ||
        mp_any_get_event(mp_any_find_text(row, "event"), &again) < 0 ||
        mp_any_get_semaphore(mp_any_find_text(row, "semaphore"), &semaphore) <
            0) {
        return 1;
    }
    if (event != again || mp_lock_acquire(lock, 0) != MP_ETIMEDOUT) {
        return 2;
    }
    int first = mp_semaphore_acquire(semaphore, 0);
    int second = mp_semaphore_acquire(semaphore, 0);
    if (first != 0 || second != MP_ETIMEDOUT) {
        return 3;
    }
    return mp_event_set(event) == 0 ? 0 : 4;
}
MP_TARGET(use_locks)

static void shared_objects_arrive_inside(void)
{
    mp_lock_t *lock = NULL;
    mp_event_t *event = NULL;
    mp_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_semaphore_create(&semaphore, 1, NULL), 0);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    mp_any_t *list = list_of(MP_ARGS(event));
    mp_any_t *row = dict_of(MP_ARGS("lock", lock, "list", list, "event", event,
                                    "semaphore", semaphore));
    mp_any_destroy(list);
    assert_int_equal(call_with(use_locks, row), 0);
    assert_true(mp_event_is_set(event));
    assert_int_equal(mp_lock_release(lock), 0);
    mp_lock_destroy(lock);
    mp_event_destroy(event);
    mp_semaphore_destroy(semaphore);
}

static int set_event(const mp_args_t *args)
{
    mp_event_t *first = NULL;
    mp_event_t *second = mp_args_event(args, 1);

    return mp_any_get_event(mp_any_item(mp_args_any(args, 0), 0), &first) < 0 ||
                   mp_event_set(first) < 0 || !mp_event_is_set(second)
               ? 1
               : 0;
}
MP_TARGET(set_event)

static void arguments_hold_what_is_inside(void)
{
    mp_event_t *event = NULL;

    assert_int_equal(mp_event_create(&event), 0);
    mp_any_t *value = list_of(MP_ARGS(event));
    mp_process_t *process = test_create(set_event, MP_ARGS(value, event));
    mp_any_destroy(value);
    mp_event_destroy(event);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 0);
}

#ifndef MP_NO_SHAREDCTYPES
static int use_ctypes(const mp_args_t *args)
{
    mp_value_t *value = NULL;
    mp_array_t *array = NULL;
    int64_t old = 0;

    if (mp_any_get_value(mp_args_keyword(args, "value"), &value) < 0 ||
        mp_any_get_array(mp_args_keyword(args, "array"), &array) < 0) {
        return 1;
    }
    return mp_value_add(value, 3, &old) == 0 && old == 4 &&
                   mp_array_set_int(array, 9, 5) == 0
               ? 0
               : 2;
}
MP_TARGET(use_ctypes)

static void values_and_arrays_arrive_inside(void)
{
    mp_value_t *value = NULL;
    mp_array_t *array = NULL;
    int64_t number = 0;

    assert_int_equal(mp_value_create(&value, 'q', MP_INT(4), NULL), 0);
    assert_int_equal(mp_array_create(&array, 'i', 10, NULL, NULL), 0);
    assert_int_equal(
        call_with(use_ctypes, dict_of(MP_ARGS("value", value, "array", array))),
        0);
    assert_int_equal(mp_value_get_int(value, &number), 0);
    assert_int_equal(number, 7);
    assert_int_equal(mp_array_get_int(array, 9, &number), 0);
    assert_int_equal(number, 5);
    mp_value_destroy(value);
    mp_array_destroy(array);
}
#endif

// ---- keyword arguments ----

static int read_keywords(const mp_args_t *args)
{
    int64_t retries = 1;
    int64_t missing = 5;
    const char *name = "nobody";

    if (mp_any_get_int(mp_args_keyword(args, "retries"), &retries) != 0 ||
        retries != 3) {
        return 1;
    }
    if (mp_args_keyword(args, "missing") != NULL ||
        mp_last_error()->code != MP_ENOENT ||
        mp_any_get_int(mp_args_keyword(args, "missing"), &missing) !=
            MP_EINVAL ||
        missing != 5) {
        return 2;
    }
    if (mp_any_get_int(mp_args_keyword(args, "name"), &missing) != MP_ETYPE ||
        mp_any_get_text(mp_args_keyword(args, "name"), &name, NULL) != 0 ||
        strcmp(name, "x") != 0) {
        return 3;
    }
    return mp_args_int(args, 0) == 4 && mp_args_count(args) == 2 &&
                   mp_any_size(mp_args_any(args, 1)) == 3
               ? 0
               : 4;
}
MP_TARGET(read_keywords)

static void keywords_arrive(void)
{
    mp_any_t *named = dict_of(MP_ARGS("retries", 3, "name", "x", 1, 2));

    assert_int_equal(test_call(read_keywords, MP_ARGS(4, named)), 0);
    mp_any_destroy(named);
}

static void expect_no_keyword(const mp_args_t *args)
{
    assert_null(mp_args_keyword(args, "name"));
    assert_int_equal(mp_last_error()->code, MP_ENOENT);
}

static void without_a_dict_there_are_none(void)
{
    mp_any_t *dict = dict_of(MP_ARGS("name", 1));
    mp_any_t *list = list_of(MP_ARGS(dict));

    assert_non_null(mp_args_keyword(MP_ARGS(dict), "name"));
    expect_no_keyword(MP_NO_ARGS);
    expect_no_keyword(MP_ARGS("name"));
    expect_no_keyword(MP_ARGS(list));
    expect_no_keyword(MP_ARGS(dict, 1));
    assert_null(mp_args_keyword(MP_ARGS(dict), NULL));
    assert_int_equal(mp_last_error()->code, MP_EINVAL);
    mp_any_destroy(list);
    mp_any_destroy(dict);
}

// ---- wrong use ----

static int take_first_as_value(const mp_args_t *args)
{
    (void) mp_args_any(args, 0);
    return 42; // is not reached
}
MP_TARGET(take_first_as_value)

static int take_first_as_text(const mp_args_t *args)
{
    (void) mp_args_text(args, 0);
    return 42; // is not reached
}
MP_TARGET(take_first_as_text)

static void expect_failure(mp_target_fn target, const mp_args_t *args,
                           const char *text)
{
    mp_process_t *process = test_start(target, args);

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 1);
    assert_non_null(mp_process_failure(process));
    assert_non_null(strstr(mp_process_failure(process), text));
    mp_process_destroy(process);
}

static void another_type_fails_the_child(void)
{
    mp_any_t *text = NULL;

    assert_int_equal(mp_any_text(&text, "text", MP_ANY_WHOLE), 0);
    expect_failure(take_first_as_value, MP_ARGS("text"),
                   "argument 0 is a text, not a value");
    expect_failure(take_first_as_value, MP_NO_ARGS, "no argument 0");
    expect_failure(take_first_as_text, MP_ARGS(text),
                   "argument 0 is a value, not a text");
    mp_any_destroy(text);
}

static void getter_tells_what_is_wrong(void)
{
    mp_any_t *list = list_of(MP_NO_ARGS);
    mp_any_t *got = NULL;

    assert_int_equal(mp_args_get_any(MP_ARGS(1, list), 1, &got), 0);
    assert_ptr_equal(got, list);
    assert_int_equal(mp_args_get_any(MP_ARGS(1, list), 0, &got), MP_ETYPE);
    assert_int_equal(mp_args_get_any(MP_ARGS(1, list), 2, &got), MP_ERANGE);
    assert_int_equal(mp_args_get_any(MP_ARGS(1, list), 1, NULL), MP_EINVAL);
    assert_ptr_equal(got, list);
    assert_null(mp_args_any(MP_ARGS(1, list), 0));
    mp_any_destroy(list);
}

static void expect_refusal(const mp_args_t *args, int expected)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = (mp_process_t *) &options;

    assert_int_equal(
        mp_process_create(&process, check_all_kinds, args, &options), expected);
    assert_null(process);
}

static void create_refuses_what_cannot_be_copied(void)
{
    mp_any_t *none = NULL;
    mp_any_t *foreign = NULL;
    mp_any_t *good = all_kinds();

    expect_refusal(MP_ARGS(1, none), MP_EINVAL);
    assert_int_equal(mp_any_object(&foreign, "multiprocessing_c", "Ref",
                                   MP_ARGS(1, 2, 3, 4, 5)),
                     0);
    expect_refusal(MP_ARGS(good, foreign), MP_EACCES);
    mp_any_destroy(foreign);
    mp_any_destroy(good);
}

static const struct test tests[] = {
    {"values of all kinds arrive", values_of_all_kinds_arrive, TEST_ALL},
    {"each is an argument among others", each_is_an_argument_among_others,
     TEST_ALL},
    {"large values arrive", large_values_arrive, TEST_ALL},
    {"deep values arrive", deep_values_arrive, TEST_ALL},
    {"sharing and loops arrive", sharing_and_loops_arrive, TEST_ALL},
    {"values are copied when the process is created",
     values_are_copied_at_create, TEST_ALL},
    {"children pass them on to their own", children_pass_them_on, TEST_ALL},
    {"copies that nobody uses are freed", unused_copies_are_freed, TEST_ALL},
    {"shared objects arrive inside of them", shared_objects_arrive_inside,
     TEST_ALL},
    {"the arguments hold what is shared inside of them",
     arguments_hold_what_is_inside, TEST_ALL},
#ifndef MP_NO_SHAREDCTYPES
    {"Values and Arrays arrive inside of them", values_and_arrays_arrive_inside,
     TEST_ALL},
#endif
    {"keyword arguments arrive", keywords_arrive, TEST_ALL},
    {"without a dict at the end there are no keyword arguments",
     without_a_dict_there_are_none, TEST_ONCE},
    {"an argument of another type fails the child and is named",
     another_type_fails_the_child, TEST_ALL},
    {"the get call tells what is wrong and changes nothing",
     getter_tells_what_is_wrong, TEST_ONCE},
    {"create refuses what cannot be copied",
     create_refuses_what_cannot_be_copied, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("arguments that are values", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
