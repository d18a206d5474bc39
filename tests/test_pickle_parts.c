// SPDX-License-Identifier: Apache-2.0
// What is read from a pickle lies together: its parts live on without the rest,
// and are changed like all others. What is read in a short way is what it would
// be in the long one.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/pickle.h>

#define ITEMS 300
#define LONGEST 20

static mp_any_t *copy_of(const mp_any_t *value)
{
    mp_any_t *copy = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_dumps(&bytes, &size, value, NULL), 0);
    assert_int_equal(mp_loads(&copy, bytes, size, NULL), 0);
    mp_free(bytes);
    return copy;
}

static void expect_equal(const mp_any_t *a, const mp_any_t *b)
{
    assert_int_equal(mp_any_equal(a, b), 1);
}

static void append(mp_any_t *list, mp_any_t *item)
{
    assert_int_equal(mp_any_append(list, item), 0);
    mp_any_destroy(item);
}

// Texts of all lengths, numbers, and a dict with some of them.
static mp_any_t *make_item(int number)
{
    char text[LONGEST + 1];
    mp_any_t *tuple = NULL;
    mp_any_t *dict = NULL;
    size_t length = (size_t) number % (LONGEST + 1);

    memset(text, 'a' + number % 26, length);
    text[length] = '\0';
    assert_int_equal(mp_any_dict(&dict, MP_ARGS("key", number, text, text,
                                                number, number + 0.5)),
                     0);
    assert_int_equal(mp_any_tuple(&tuple, MP_ARGS(number * 1000, text)), 0);
    assert_int_equal(mp_any_set_text(dict, "tuple", tuple), 0);
    mp_any_destroy(tuple);
    return dict;
}

static mp_any_t *make_items(int count)
{
    mp_any_t *list = NULL;

    assert_int_equal(mp_any_list(&list, MP_NO_ARGS), 0);
    for (int i = 0; i < count; i++) {
        append(list, make_item(i));
    }
    return list;
}

static void parts_live_on_without_the_rest(void)
{
    mp_any_t *list = make_items(ITEMS);
    mp_any_t *copy = copy_of(list);
    mp_any_t *dicts[ITEMS];
    mp_any_t *tuples[ITEMS];

    expect_equal(copy, list);
    for (int i = 0; i < ITEMS; i++) {
        mp_any_t *dict = mp_any_item(copy, (size_t) i);
        dicts[i] = i % 7 == 0 ? mp_any_hold(dict) : NULL;
        tuples[i] = mp_any_hold(mp_any_find_text(dict, "tuple"));
    }
    mp_any_destroy(copy);
    for (int i = 0; i < ITEMS; i++) {
        mp_any_t *item = mp_any_item(list, (size_t) i);
        if (dicts[i] != NULL) {
            expect_equal(dicts[i], item);
        }
        expect_equal(tuples[i], mp_any_find_text(item, "tuple"));
        mp_any_destroy(tuples[i]);
        mp_any_destroy(dicts[i]);
    }
    mp_any_destroy(list);
}

static void put(mp_any_t *dict, int number)
{
    char key[16];
    mp_any_t *value = NULL;

    (void) snprintf(key, sizeof(key), "k%d", number);
    assert_int_equal(mp_any_int(&value, number * 1000), 0);
    assert_int_equal(mp_any_set_text(dict, key, value), 0);
    mp_any_destroy(value);
}

static mp_any_t *make_dict(int count)
{
    mp_any_t *dict = NULL;

    assert_int_equal(mp_any_dict(&dict, MP_NO_ARGS), 0);
    for (int i = 0; i < count; i++) {
        put(dict, i);
    }
    return dict;
}

static void remove_first(mp_any_t *dict)
{
    mp_any_t *key = NULL;

    assert_int_equal(mp_any_text(&key, "k0", MP_ANY_WHOLE), 0);
    assert_int_equal(mp_any_remove(dict, key), 0);
    assert_null(mp_any_find(dict, key));
    mp_any_destroy(key);
}

// Its entries move when they become more.
static void dict_that_was_read_is_changed(void)
{
    for (int count = 1; count <= 2 * LONGEST; count++) {
        mp_any_t *list = NULL;
        mp_any_t *wanted = make_dict(3 * count);
        assert_int_equal(mp_any_list(&list, MP_NO_ARGS), 0);
        append(list, make_dict(count));
        append(list, make_item(1)); // there is more behind the dict
        mp_any_t *copy = copy_of(list);
        mp_any_t *dict = mp_any_item(copy, 0);
        expect_equal(dict, mp_any_item(list, 0));
        remove_first(dict);
        for (int i = 0; i < 3 * count; i++) {
            put(dict, i);
        }
        expect_equal(dict, wanted);
        assert_int_equal(mp_any_clear(dict), 0);
        put(dict, 0);
        assert_int_equal(mp_any_size(dict), 1);
        mp_any_destroy(copy);
        mp_any_destroy(list);
        mp_any_destroy(wanted);
    }
}

// ---- pickles that are made by hand ----

typedef struct made {
    unsigned char bytes[1024];
    size_t size;
} made_t;

static void add(made_t *made, const void *bytes, size_t size)
{
    assert_true(size <= sizeof(made->bytes) - made->size);
    memcpy(made->bytes + made->size, bytes, size);
    made->size += size;
}

#define ADD(made, text) add(made, text, sizeof(text) - 1)

static void add_text(made_t *made, const char *text, size_t size)
{
    const unsigned char head[] = {0x8c, (unsigned char) size};

    add(made, head, sizeof(head));
    add(made, text, size);
    ADD(made, "\x94");
}

// From memory of its own, so that the sanitizer sees what is read behind it.
static int load(mp_any_t **value, const made_t *made)
{
    unsigned char *bytes = malloc(made->size);

    assert_non_null(bytes);
    memcpy(bytes, made->bytes, made->size);
    int r = mp_loads(value, bytes, made->size, NULL);
    free(bytes);
    return r;
}

// With so many other keys before the two that are equal.
static void expect_last(int others, const char *key, size_t length)
{
    made_t made = {.size = 0};
    mp_any_t *value = NULL;
    int64_t number = 0;

    ADD(&made, "\x80\x04}\x94(");
    for (int i = 0; i < others; i++) {
        const char other[] = {(char) ('A' + i), 'o', 't', 'h', 'e', 'r'};
        add_text(&made, other, sizeof(other));
        ADD(&made, "K\1");
    }
    add_text(&made, key, length);
    ADD(&made, "K\1");
    add_text(&made, key, length);
    ADD(&made, "K\2u.");
    assert_int_equal(load(&value, &made), 0);
    assert_int_equal(mp_any_size(value), others + 1);
    assert_int_equal(mp_any_get_int(mp_any_find_text(value, key), &number), 0);
    assert_int_equal(number, 2);
    mp_any_destroy(value);
}

static void last_of_equal_keys_counts(void)
{
    char key[LONGEST + 1];

    for (size_t length = 0; length <= LONGEST; length++) {
        memset(key, 'x', length);
        key[length] = '\0';
        for (int others = 0; others < 15; others++) {
            expect_last(others, key, length);
        }
    }
}

static void expect_text(const char *text, size_t size, int wanted, bool alone)
{
    made_t made = {.size = 0};
    mp_any_t *value = NULL;
    const char *read = NULL;
    size_t length = 0;

    ADD(&made, "\x80\x04");
    add_text(&made, text, size);
    if (!alone) {
        add_text(&made, "something else", 14);
        ADD(&made, "0");
    }
    ADD(&made, ".");
    assert_int_equal(load(&value, &made), wanted);
    if (wanted == 0) {
        assert_int_equal(mp_any_get_text(value, &read, &length), 0);
        assert_int_equal(length, size);
        assert_memory_equal(read, text, size);
        assert_int_equal(read[size], '\0');
    }
    mp_any_destroy(value);
}

static void every_byte_of_a_text_is_checked(void)
{
    for (size_t size = 0; size <= LONGEST; size++) {
        char text[LONGEST + 1] = "abcdefghijklmnopqrst";
        expect_text(text, size, 0, true);
        expect_text(text, size, 0, false);
        for (size_t at = 0; at < size; at++) {
            const char before = text[at];
            text[at] = '\xff';
            expect_text(text, size, MP_EPROTO, true);
            expect_text(text, size, MP_EPROTO, false);
            text[at] = before;
        }
        if (size >= 2) {
            memcpy(text + size - 2, "\xc3\xa4", 2);
            expect_text(text, size, 0, true);
            expect_text(text, size, 0, false);
        }
    }
}

static const struct test tests[] = {
    {"parts live on without the rest", parts_live_on_without_the_rest,
     TEST_ONCE},
    {"a dict that was read is changed", dict_that_was_read_is_changed,
     TEST_ONCE},
    {"the last of equal keys counts", last_of_equal_keys_counts, TEST_ONCE},
    {"every byte of a text is checked", every_byte_of_a_text_is_checked,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("parts of pickles", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
