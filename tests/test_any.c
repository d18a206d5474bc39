// SPDX-License-Identifier: Apache-2.0
// Values, as C sees them. What Python sees of them is tried in tests/python.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

static void expect_repr(const mp_any_t *value, const char *wanted)
{
    char *text = NULL;

    assert_int_equal(mp_any_repr(value, &text), 0);
    assert_string_equal(text, wanted);
    mp_free(text);
}

static mp_any_t *list_of(const mp_args_t *items)
{
    mp_any_t *list = NULL;

    assert_int_equal(mp_any_list(&list, items), 0);
    return list;
}

static mp_any_t *int_of(int64_t integer)
{
    mp_any_t *value = NULL;

    assert_int_equal(mp_any_int(&value, integer), 0);
    return value;
}

// ---- leaves ----

static void values_of_all_types_are_made_and_read(void)
{
    mp_any_t *list = list_of(
        MP_ARGS(MP_NONE, MP_BOOL(true), -7, 2.5, "ä", MP_BYTES("b\0c", 3)));
    const void *bytes = NULL;
    const char *text = NULL;
    size_t size = 0;
    int64_t integer = 0;
    double number = 0;
    bool truth = false;

    assert_int_equal(mp_any_size(list), 6);
    assert_true(mp_any_is_none(mp_any_item(list, 0)));
    assert_int_equal(mp_any_get_bool(mp_any_item(list, 1), &truth), 0);
    assert_true(truth);
    assert_int_equal(mp_any_get_int(mp_any_item(list, 2), &integer), 0);
    assert_int_equal(integer, -7);
    assert_int_equal(mp_any_get_float(mp_any_item(list, 2), &number), 0);
    assert_true(number == -7);
    assert_int_equal(mp_any_get_text(mp_any_item(list, 4), &text, &size), 0);
    assert_string_equal(text, "ä");
    assert_int_equal(size, 2);
    assert_int_equal(mp_any_size(mp_any_item(list, 4)), 1);
    assert_int_equal(mp_any_get_bytes(mp_any_item(list, 5), &bytes, &size), 0);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "b\0c", 4);
    expect_repr(list, "[None, True, -7, 2.5, 'ä', b'b\\x00c']");
    mp_any_destroy(list);
}

static void another_type_is_an_error(void)
{
    mp_any_t *value = int_of(5);
    mp_any_t *other = NULL;
    const char *text = NULL;
    bool truth = false;

    assert_int_equal(mp_any_get_bool(value, &truth), MP_ETYPE);
    assert_int_equal(mp_any_get_text(value, &text, NULL), MP_ETYPE);
    assert_int_equal(mp_any_append(value, value), MP_ETYPE);
    assert_int_equal(mp_any_set_text(value, "a", value), MP_ETYPE);
    assert_int_equal(mp_any_get_bool(NULL, &truth), MP_EINVAL);
    assert_int_equal(mp_any_type(NULL), MP_EINVAL);
    assert_int_equal(mp_any_int(NULL, 1), MP_EINVAL);
    assert_int_equal(mp_any_text(&other, "\xff", MP_ANY_WHOLE), MP_EINVAL);
    assert_int_equal(mp_any_text(&other, NULL, MP_ANY_WHOLE), MP_EINVAL);
    assert_null(mp_any_item(value, 0));
    assert_null(mp_any_find_text(value, "a"));
    assert_int_equal(mp_last_error()->code, MP_ETYPE);
    mp_any_destroy(value);
    mp_any_destroy(NULL);
}

static void integers_have_any_size(void)
{
    unsigned char bytes[12] = {0};
    mp_any_t *value = NULL;
    int64_t integer = 0;
    uint64_t natural = 0;
    size_t length = 0;

    assert_int_equal(mp_any_uint(&value, UINT64_MAX), 0);
    assert_int_equal(mp_any_get_int(value, &integer), MP_ERANGE);
    assert_int_equal(mp_any_get_uint(value, &natural), 0);
    assert_true(natural == UINT64_MAX);
    expect_repr(value, "18446744073709551615");
    assert_int_equal(mp_any_get_int_bytes(value, bytes, 8, &length),
                     MP_EMSGSIZE);
    assert_int_equal(length, 9);
    mp_any_destroy(value);

    const char *digits = "-123456789012345678901234567890";
    assert_int_equal(mp_any_int_text(&value, digits), 0);
    expect_repr(value, digits);
    assert_int_equal(mp_any_get_int_bytes(value, bytes, 12, &length),
                     MP_EMSGSIZE);
    assert_int_equal(length, 13);
    mp_any_destroy(value);

    assert_int_equal(mp_any_int_bytes(&value, "\xfe\xff\xff", 3), 0);
    assert_int_equal(mp_any_get_int(value, &integer), 0);
    assert_int_equal(integer, -2);
    assert_int_equal(mp_any_get_uint(value, &natural), MP_ERANGE);
    assert_int_equal(mp_any_get_int_bytes(value, bytes, 12, &length), 0);
    assert_int_equal(length, 1);
    assert_int_equal(bytes[11], 0xFF);
    mp_any_destroy(value);
}

static void integers_are_read_from_digits_only(void)
{
    static char digits[4400];
    mp_any_t *value = NULL;

    assert_int_equal(mp_any_int_text(&value, ""), MP_EINVAL);
    assert_int_equal(mp_any_int_text(&value, "-"), MP_EINVAL);
    assert_int_equal(mp_any_int_text(&value, "1x"), MP_EINVAL);
    assert_int_equal(mp_any_int_text(&value, NULL), MP_EINVAL);
    memset(digits, '9', 4300);
    assert_int_equal(mp_any_int_text(&value, digits), 0);
    expect_repr(value, digits);
    mp_any_destroy(value);
    digits[4300] = '9';
    assert_int_equal(mp_any_int_text(&value, digits), MP_EMSGSIZE);
    assert_null(value);
}

static void floats_are_written_with_the_fewest_digits(void)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {{0.1, "0.1"},
                {1e16, "1e+16"},
                {1e15, "1000000000000000.0"},
                {1e-4, "0.0001"},
                {1e-5, "1e-05"},
                {-0.0, "-0.0"},
                {5e-324, "5e-324"},
                {1.7976931348623157e308, "1.7976931348623157e+308"},
                {2.0 / 3, "0.6666666666666666"},
                {9007199254740993.0, "9007199254740992.0"}};
    mp_any_t *value = NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(mp_any_float(&value, rows[i].number), 0);
        expect_repr(value, rows[i].text);
        mp_any_destroy(value);
    }
}

// ---- containers ----

static void list_is_changed(void)
{
    mp_any_t *list = list_of(MP_ARGS(1, 2));
    mp_any_t *three = int_of(3000);
    mp_any_t *taken = NULL;

    assert_int_equal(mp_any_append(list, three), 0);
    assert_int_equal(mp_any_insert(list, 0, three), 0);
    assert_int_equal(mp_any_insert(list, 5, three), MP_ERANGE);
    assert_int_equal(mp_any_replace(list, 1, three), 0);
    expect_repr(list, "[3000, 3000, 2, 3000]");
    mp_any_destroy(three);
    assert_int_equal(mp_any_pop(list, 0, &taken), 0);
    assert_int_equal(mp_any_pop(list, 0, NULL), 0);
    assert_int_equal(mp_any_pop(list, 2, NULL), MP_ERANGE);
    assert_int_equal(mp_any_extend(list, MP_ARGS("x")), 0);
    expect_repr(list, "[2, 3000, 'x']");
    expect_repr(taken, "3000");
    mp_any_destroy(taken);
    assert_int_equal(mp_any_clear(list), 0);
    expect_repr(list, "[]");
    mp_any_destroy(list);
}

static void dict_keeps_its_order(void)
{
    mp_any_t *dict = NULL;
    mp_any_t *key = NULL;
    mp_any_t *item = NULL;
    size_t position = 0;
    int64_t integer = 0;
    char name[20];

    assert_int_equal(mp_any_dict(&dict, MP_ARGS("z", 1, "a")), MP_EINVAL);
    assert_int_equal(mp_any_dict(&dict, MP_ARGS("z", 1, "a", 2)), 0);
    for (int i = 0; i < 1000; i++) {
        mp_any_t *value = int_of(i);
        (void) snprintf(name, sizeof(name), "key %d", i);
        assert_int_equal(mp_any_set_text(dict, name, value), 0);
        mp_any_destroy(value);
    }
    assert_int_equal(mp_any_size(dict), 1002);
    for (int i = 0; i < 999; i++) {
        mp_any_t *text = NULL;
        (void) snprintf(name, sizeof(name), "key %d", i);
        assert_int_equal(mp_any_text(&text, name, MP_ANY_WHOLE), 0);
        assert_int_equal(mp_any_get_int(mp_any_find(dict, text), &integer), 0);
        assert_int_equal(integer, i);
        assert_int_equal(mp_any_remove(dict, text), 0);
        assert_int_equal(mp_any_remove(dict, text), MP_ENOENT);
        mp_any_destroy(text);
    }
    expect_repr(dict, "{'z': 1, 'a': 2, 'key 999': 999}");
    assert_true(mp_any_next(dict, &position, &key, &item));
    expect_repr(key, "'z'");
    expect_repr(item, "1");
    assert_null(mp_any_find_text(dict, "b"));
    assert_int_equal(mp_last_error()->code, MP_ENOENT);
    mp_any_destroy(dict);
}

static void equal_keys_are_one_key(void)
{
    mp_any_t *dict = NULL;
    mp_any_t *set = NULL;
    mp_any_t *list = list_of(MP_NO_ARGS);
    mp_any_t *tuple = NULL;

    assert_int_equal(
        mp_any_dict(&dict, MP_ARGS(1, "a", 1.0, "b", MP_BOOL(true), "c")), 0);
    expect_repr(dict, "{1: 'c'}");
    assert_int_equal(mp_any_set(&set, MP_ARGS(1, 1.0, 2)), 0);
    expect_repr(set, "{1, 2}");
    assert_int_equal(mp_any_add(set, list), MP_ETYPE);
    assert_int_equal(mp_any_tuple_of(&tuple, &list, 1), 0);
    assert_int_equal(mp_any_set_item(dict, tuple, list), MP_ETYPE);
    assert_int_equal(mp_any_size(dict), 1);
    mp_any_destroy(tuple);
    mp_any_destroy(list);
    mp_any_destroy(set);
    mp_any_destroy(dict);
}

// ---- values in themselves; the sanitizer sees what is not freed ----

static void value_in_itself_is_freed(void)
{
    mp_any_t *list = list_of(MP_ARGS(1));

    assert_int_equal(mp_any_append(list, list), 0);
    expect_repr(list, "[1, [...]]");
    mp_any_t *again = mp_any_hold(list);
    mp_any_destroy(list);
    expect_repr(again, "[1, [...]]");
    mp_any_destroy(again);
}

static void circle_is_freed_from_wherever_it_is_let_go(void)
{
    mp_any_t *dict = NULL;
    mp_any_t *list = list_of(MP_NO_ARGS);
    mp_any_t *tuple = NULL;

    assert_int_equal(mp_any_dict(&dict, MP_NO_ARGS), 0);
    assert_int_equal(mp_any_tuple_of(&tuple, &list, 1), 0);
    assert_int_equal(mp_any_set_text(dict, "tuple", tuple), 0);
    assert_int_equal(mp_any_append(list, dict), 0);
    assert_int_equal(mp_any_equal(tuple, tuple), 1);
    mp_any_destroy(tuple);
    mp_any_destroy(dict);
    expect_repr(list, "[{'tuple': ([...],)}]");
    // The borrowed dict gets its root: only a circle holds it from now on.
    mp_any_t *inner = mp_any_item(list, 0);
    assert_int_equal(mp_any_set_text(inner, "root", list), 0);
    mp_any_destroy(list);
}

static void deep_values_need_no_stack(void)
{
    mp_any_t *outer = list_of(MP_NO_ARGS);
    mp_any_t *other = list_of(MP_NO_ARGS);
    char *text = NULL;

    for (int i = 0; i < 200000; i++) {
        mp_any_t *next = NULL;
        assert_int_equal(mp_any_tuple_of(&next, &outer, 1), 0);
        mp_any_destroy(outer);
        outer = next;
        assert_int_equal(mp_any_tuple_of(&next, &other, 1), 0);
        mp_any_destroy(other);
        other = next;
    }
    assert_int_equal(mp_any_equal(outer, other), MP_EDEPTH);
    assert_int_equal(mp_any_repr(outer, &text), MP_EDEPTH);
    mp_any_destroy(outer);
    mp_any_destroy(other);
}

static mp_any_t *family_circle;

static void hold_and_let_go(int number)
{
    for (int i = 0; i < 2000; i++) {
        mp_any_t *held = mp_any_hold(
            number % 2 == 0 ? family_circle : mp_any_item(family_circle, 0));
        mp_any_destroy(held);
    }
    mp_any_destroy(mp_any_item(family_circle, 0)); // each its own reference
}

static void threads_let_go_of_a_circle(void)
{
    family_circle = list_of(MP_NO_ARGS);
    mp_any_t *inner = list_of(MP_NO_ARGS);

    assert_int_equal(mp_any_append(family_circle, inner), 0);
    assert_int_equal(mp_any_append(inner, family_circle), 0);
    for (int i = 0; i < 3; i++) {
        (void) mp_any_hold(inner);
    }
    test_run_threads(4, hold_and_let_go);
    mp_any_destroy(family_circle);
}

// ---- objects and shared ones ----

static void objects_are_described(void)
{
    mp_any_t *error = NULL;
    mp_any_t *state = NULL;
    mp_any_t *found = NULL;

    assert_int_equal(
        mp_any_object(&error, "builtins", "KeyError", MP_ARGS("key")), 0);
    assert_int_equal(mp_any_dict(&state, MP_ARGS("a", 1)), 0);
    assert_int_equal(mp_any_object_add(error, MP_ANY_BUILD, state), 0);
    assert_int_equal(mp_any_object_add(error, MP_ANY_APPENDS, state), MP_ETYPE);
    assert_string_equal(mp_any_object_module(error), "builtins");
    assert_string_equal(mp_any_object_name(error), "KeyError");
    assert_int_equal(mp_any_object_how(error), MP_ANY_REDUCE);
    assert_int_equal(mp_any_object_steps(error), 1);
    assert_int_equal(mp_any_object_step(error, 0, &found), MP_ANY_BUILD);
    assert_ptr_equal(found, state);
    assert_ptr_equal(mp_any_object_state(error), state);
    assert_int_equal(mp_any_object_step(error, 1, NULL), MP_ERANGE);
    expect_repr(error, "<builtins.KeyError('key') {'a': 1}>");
    mp_any_destroy(state);
    mp_any_destroy(error);
}

static void shared_objects_are_held(void)
{
    mp_lock_t *lock = NULL;
    mp_lock_t *found = NULL;
    mp_event_t *event = NULL;
    mp_any_t *value = NULL;
    void *block = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_shared_alloc(&block, 8), 0);
    assert_int_equal(mp_any_shared(&value, block), MP_EINVAL);
    assert_int_equal(mp_any_shared(&value, NULL), MP_EINVAL);
    assert_int_equal(mp_any_shared(&value, lock), 0);
    mp_lock_destroy(lock);
    assert_int_equal(mp_any_get_lock(value, &found), 0);
    assert_ptr_equal(found, lock);
    assert_int_equal(mp_lock_acquire(found, MP_FOREVER), 0);
    assert_int_equal(mp_lock_release(found), 0);
    assert_int_equal(mp_any_get_event(value, &event), MP_ETYPE);
    expect_repr(value, "<shared Lock>");
    mp_any_destroy(value);
    assert_int_equal(mp_shared_free(block), 0);
}

// ---- values among the items of others ----

static void values_are_items_of_what_is_made(void)
{
    mp_any_t *inner = list_of(MP_ARGS(1));
    const mp_any_t *same = inner;
    mp_any_t *tuple = NULL;
    mp_any_t *dict = NULL;
    mp_any_t *set = NULL;

    assert_int_equal(mp_any_tuple(&tuple, MP_ARGS(inner, 2)), 0);
    assert_ptr_equal(mp_any_item(tuple, 0), inner);
    assert_int_equal(mp_any_dict(&dict, MP_ARGS("a", same, 2, MP_ANY(tuple))),
                     0);
    assert_ptr_equal(mp_any_find_text(dict, "a"), inner);
    assert_int_equal(mp_any_set(&set, MP_ARGS(inner)), MP_ETYPE);
    assert_null(set);
    mp_any_destroy(inner);
    mp_any_destroy(tuple);
    expect_repr(dict, "{'a': [1], 2: ([1], 2)}");
    mp_any_destroy(dict);
}

static void no_value_is_no_item(void)
{
    mp_any_t *none = NULL;
    mp_any_t *made = NULL;

    assert_int_equal(mp_any_list(&made, MP_ARGS(1, none)), MP_EINVAL);
    assert_int_equal(mp_any_tuple(&made, MP_ARGS(1, none)), MP_EINVAL);
    assert_int_equal(mp_any_dict(&made, MP_ARGS(1, none)), MP_EINVAL);
    assert_null(made);
}

// A sanitizer sees what is not.
static void circles_of_items_are_freed(void)
{
    mp_any_t *list = list_of(MP_NO_ARGS);
    mp_any_t *other = list_of(MP_NO_ARGS);
    mp_any_t *tuple = NULL;
    mp_any_t *dict = NULL;

    assert_int_equal(mp_any_extend(list, MP_ARGS(1, list)), 0);
    assert_ptr_equal(mp_any_item(list, 1), list);
    mp_any_destroy(list);
    assert_int_equal(mp_any_tuple(&tuple, MP_ARGS(other)), 0);
    assert_int_equal(mp_any_dict(&dict, MP_ARGS("tuple", tuple)), 0);
    assert_int_equal(mp_any_extend(other, MP_ARGS(dict)), 0);
    mp_any_destroy(tuple);
    mp_any_destroy(dict);
    assert_ptr_equal(
        mp_any_item(mp_any_find_text(mp_any_item(other, 0), "tuple"), 0),
        other);
    mp_any_destroy(other);
}

static const struct test tests[] = {
    {"values are items of what is made", values_are_items_of_what_is_made,
     TEST_ONCE},
    {"no value is no item", no_value_is_no_item, TEST_ONCE},
    {"circles of items are freed", circles_of_items_are_freed, TEST_ONCE},
    {"values of all types are made and read",
     values_of_all_types_are_made_and_read, TEST_ONCE},
    {"another type is an error", another_type_is_an_error, TEST_ONCE},
    {"integers have any size", integers_have_any_size, TEST_ONCE},
    {"integers are read from digits only", integers_are_read_from_digits_only,
     TEST_ONCE},
    {"floats are written with the fewest digits",
     floats_are_written_with_the_fewest_digits, TEST_ONCE},
    {"a list is changed", list_is_changed, TEST_ONCE},
    {"a dict keeps its order", dict_keeps_its_order, TEST_ONCE},
    {"equal keys are one key", equal_keys_are_one_key, TEST_ONCE},
    {"a value in itself is freed", value_in_itself_is_freed, TEST_ONCE},
    {"a circle is freed from wherever it is let go",
     circle_is_freed_from_wherever_it_is_let_go, TEST_ONCE},
    {"deep values need no stack", deep_values_need_no_stack, TEST_ONCE},
    {"threads let go of a circle", threads_let_go_of_a_circle, TEST_ONCE},
    {"objects are described", objects_are_described, TEST_ONCE},
    {"shared objects are held", shared_objects_are_held, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("values", tests, sizeof(tests) / sizeof(tests[0]));
}
