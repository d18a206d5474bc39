// SPDX-License-Identifier: Apache-2.0
// Arrays: their items, slices and texts, and holders that die.
#include "tests/support.h"

#include <string.h>

#define SHARERS (TEST_FORK | TEST_THREAD) // whose children have the pointer

static mp_array_t *shared; // forked children and threads have it

static mp_array_t *make(int type, size_t count, const void *initial)
{
    mp_array_t *array = NULL;

    assert_int_equal(mp_array_create(&array, type, count, initial, NULL), 0);
    assert_non_null(array);
    return array;
}

static void items_are_zero_at_first(void)
{
    static const char types[] = "?cbBhHiIlLqQfdu";

    for (size_t i = 0; types[i] != 0; i++) {
        mp_array_t *array = make(types[i], 1000, NULL);
        size_t size = 1000 * mp_array_item_size(array);
        unsigned char *bytes = (unsigned char *) mp_array_address(array);
        assert_int_equal(mp_array_type(array), types[i]);
        assert_int_equal(mp_array_length(array), 1000);
        assert_int_equal((uintptr_t) bytes % 64, 0);
        for (size_t byte = 0; byte < size; byte++) {
            assert_int_equal(bytes[byte], 0);
        }
        memset(bytes, 0xff, size); // for who comes next
        mp_array_destroy(array);
    }
}

static void items_are_got_and_set(void)
{
    static const short initial[] = {5, -6, 7};
    int64_t number = 0;
    uint64_t natural = 9;
    double real = 0;
    mp_array_t *array = make('h', 3, initial);

    assert_int_equal(mp_array_get_int(array, 1, &number), 0);
    assert_int_equal(number, -6);
    assert_int_equal(mp_array_get_uint(array, 1, &natural), MP_ERANGE);
    assert_int_equal(mp_array_get_uint(array, 2, &natural), 0);
    assert_int_equal(natural, 7);
    assert_int_equal(mp_array_set_int(array, 0, 65536 + 3), 0);
    assert_int_equal(mp_array_get_float(array, 0, &real), 0);
    assert_true(real == 3.0);
    assert_int_equal(mp_array_set_uint(array, 0, 65535), 0);
    assert_int_equal(mp_array_get_int(array, 0, &number), 0);
    assert_int_equal(number, -1);
    assert_int_equal(mp_array_set_float(array, 0, 2.0), MP_ETYPE);
    mp_array_destroy(array);
    array = make('f', 2, NULL);
    assert_int_equal(mp_array_set_float(array, 1, 0.5), 0);
    assert_int_equal(mp_array_get_float(array, 1, &real), 0);
    assert_true(real == 0.5);
    assert_true(((float *) mp_array_address(array))[1] == 0.5F);
    assert_int_equal(mp_array_get_int(array, 1, &number), MP_ETYPE);
    mp_array_destroy(array);
}

static void indexes_are_checked(void)
{
    int64_t number = 4;
    int items[4] = {0};
    mp_array_t *array = make('i', 3, NULL);

    assert_int_equal(mp_array_get_int(array, 3, &number), MP_ERANGE);
    assert_int_equal(mp_array_get_int(array, SIZE_MAX, &number), MP_ERANGE);
    assert_int_equal(mp_array_set_int(array, 3, 1), MP_ERANGE);
    assert_int_equal(number, 4);
    assert_int_equal(mp_array_read(array, 0, 4, items), MP_ERANGE);
    assert_int_equal(mp_array_read(array, 2, 2, items), MP_ERANGE);
    assert_int_equal(mp_array_write(array, 1, SIZE_MAX, items), MP_ERANGE);
    assert_int_equal(mp_array_read(array, 4, 0, items), MP_ERANGE);
    assert_int_equal(mp_array_read(array, 3, 0, NULL), 0);
    assert_int_equal(mp_array_read(array, 0, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_array_get_int(NULL, 0, &number), MP_EINVAL);
    mp_array_destroy(array);
    array = make('i', 0, NULL);
    assert_int_equal(mp_array_length(array), 0);
    assert_int_equal(mp_array_get_int(array, 0, &number), MP_ERANGE);
    assert_int_equal(mp_array_write(array, 0, 0, NULL), 0);
    mp_array_destroy(array);
    mp_array_destroy(NULL);
}

static void slices_are_copied(void)
{
    static const int64_t initial[] = {1, 2, 3, 4, 5};
    static const int64_t news[] = {-2, -3};
    int64_t items[5] = {0};
    mp_array_t *array = make('q', 5, initial);

    assert_int_equal(mp_array_write(array, 1, 2, news), 0);
    assert_int_equal(mp_array_read(array, 1, 3, items), 0);
    assert_int_equal(items[0], -2);
    assert_int_equal(items[1], -3);
    assert_int_equal(items[2], 4);
    assert_int_equal(items[3], 0);
    mp_array_destroy(array);
}

static void texts_end_at_their_nul(void)
{
    char text[8] = "before";
    mp_array_t *array = make('c', 5, "abcde");

    assert_int_equal(mp_array_get_text(array, text, 5), MP_EMSGSIZE);
    assert_string_equal(text, "before");
    assert_int_equal(mp_array_get_text(array, text, 6), 0);
    assert_string_equal(text, "abcde");
    assert_int_equal(mp_array_set_text(array, "xy"), 0);
    assert_int_equal(mp_array_get_text(array, text, sizeof(text)), 0);
    assert_string_equal(text, "xy");
    assert_memory_equal(mp_array_address(array), "xy\0de", 5);
    assert_int_equal(mp_array_set_text(array, "12345"), 0);
    assert_memory_equal(mp_array_address(array), "12345", 5);
    assert_int_equal(mp_array_set_text(array, "123456"), MP_EMSGSIZE);
    assert_memory_equal(mp_array_address(array), "12345", 5);
    mp_array_destroy(array);
    array = make('b', 5, NULL);
    assert_int_equal(mp_array_set_text(array, "a"), MP_ETYPE);
    assert_int_equal(mp_array_get_text(array, text, sizeof(text)), MP_ETYPE);
    mp_array_destroy(array);
    array = make('c', 0, NULL);
    assert_int_equal(mp_array_set_text(array, ""), 0);
    assert_int_equal(mp_array_get_text(array, text, 1), 0);
    assert_string_equal(text, "");
    mp_array_destroy(array);
}

struct item {
    mp_raw_lock_t lock;
    int hits;
    char name[20];
};

static void structs_are_items_too(void)
{
    static const struct item initial[2] = {{{0, 0}, 1, "one"},
                                           {{0, 0}, 2, "two"}};
    struct item item;
    int64_t number = 0;
    mp_array_t *array = NULL;

    assert_int_equal(
        mp_array_create_struct(&array, sizeof(item), 2, initial, NULL), 0);
    assert_int_equal(mp_array_type(array), MP_C_STRUCT);
    assert_int_equal(mp_array_item_size(array), sizeof(item));
    assert_int_equal(mp_array_read(array, 1, 1, &item), 0);
    assert_string_equal(item.name, "two");
    struct item *items = (struct item *) mp_array_address(array);
    assert_int_equal(mp_raw_lock_acquire(&items[1].lock, 0), 0);
    assert_int_equal(mp_raw_lock_acquire(&items[1].lock, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_raw_lock_acquire(&items[0].lock, 0), 0);
    assert_int_equal(mp_array_get_int(array, 0, &number), MP_ETYPE);
    assert_int_equal(mp_array_set_int(array, 0, 1), MP_ETYPE);
    mp_array_destroy(array);
    assert_int_equal(mp_array_create_struct(&array, 0, 2, NULL, NULL),
                     MP_EINVAL);
}

static void too_large_arrays_are_refused(void)
{
    mp_array_t *array = NULL;

    assert_int_equal(mp_array_create(&array, 'q', SIZE_MAX, NULL, NULL),
                     MP_ENOSPC);
    assert_int_equal(mp_array_create(&array, 'b', SIZE_MAX, NULL, NULL),
                     MP_ENOSPC);
    assert_int_equal(mp_array_create(&array, 'q', SIZE_MAX / 64, NULL, NULL),
                     MP_ENOSPC);
    assert_int_equal(mp_array_create(&array, 'z', 1, NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_array_create(NULL, 'i', 1, NULL, NULL), MP_EINVAL);
    assert_null(array);
}

// ---- several processes ----

#define ROUNDS 300
#define LENGTH 5000

// Each writes its own number everywhere: nobody ever reads two of them.
static int write_and_read(const mp_args_t *args)
{
    static _Thread_local int items[LENGTH];
    int own = (int) mp_args_int(args, 0);

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < LENGTH; i++) {
            items[i] = own;
        }
        int r = mp_array_write(shared, 0, LENGTH, items);
        r = r != 0 ? r : mp_array_read(shared, 0, LENGTH, items);
        if (r != 0) {
            return 2;
        }
        for (int i = 1; i < LENGTH; i++) {
            if (items[i] != items[0]) {
                return 3;
            }
        }
    }
    return 0;
}

static void slices_are_whole(void)
{
    mp_process_t *writers[3];

    shared = make('i', LENGTH, NULL);
    for (int i = 0; i < 3; i++) {
        writers[i] = test_start(write_and_read, MP_ARGS(i));
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test_finish(writers[i]), 0);
    }
    mp_array_destroy(shared);
}

static int die_with_the_lock(const mp_args_t *args)
{
    mp_array_t *array = mp_args_array(args, 1);

    for (int times = 0; times < 2; times++) {
        if (mp_array_acquire(array, MP_FOREVER) != 0) {
            return 98;
        }
    }
    if (mp_array_set_int(array, 2, 5) != 0) {
        return 97;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(die_with_the_lock)

static void a_dead_holder_is_passed_over_silently(void)
{
    int64_t number = 0;
    test_gate_t gate;

    shared = make('i', 3, NULL);
    test_gate_create(&gate);
    mp_process_t *holder =
        test_start(die_with_the_lock, MP_ARGS(gate.name, shared));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_array_acquire(shared, 0), MP_ETIMEDOUT);
    test_stop(holder, &gate);
    mp_process_destroy(holder);
    int64_t begin = test_now_ms();
    assert_int_equal(mp_array_get_int(shared, 2, &number), 0);
    assert_true(test_now_ms() - begin < 1000);
    assert_int_equal(number, 5);
    assert_int_equal(mp_array_acquire(shared, 0), 0);
    assert_int_equal(mp_array_release(shared), 0);
    assert_int_equal(mp_array_release(shared), MP_ESTATE);
    mp_array_destroy(shared);
    test_gate_destroy(&gate);
}

static int double_them(const mp_args_t *args)
{
    mp_array_t *array = mp_args_array(args, 0);

    for (size_t i = 0; i < mp_array_length(array); i++) {
        double number = 0;
        if (mp_array_get_float(array, i, &number) != 0 ||
            mp_array_set_float(array, i, 2 * number) != 0) {
            return 1;
        }
    }
    return 0;
}
MP_TARGET(double_them)

static void an_array_is_an_argument(void)
{
    static double items[1000];
    mp_array_t *array = NULL;

    for (int i = 0; i < 1000; i++) {
        items[i] = i;
    }
    array = make('d', 1000, items);
    assert_int_equal(test_call(double_them, MP_ARGS(array)), 0);
    assert_int_equal(mp_array_read(array, 0, 1000, items), 0);
    for (int i = 0; i < 1000; i++) {
        assert_true(items[i] == 2.0 * i);
    }
    mp_array_destroy(array);
}

// ---- locks, copies ----

static void arrays_have_the_locks_of_values(void)
{
    mp_value_options_t given = {0};
    mp_value_options_t raw = {.raw = true};
    mp_array_t *array = NULL;

    assert_int_equal(mp_lock_create(&given.lock), 0);
    assert_int_equal(mp_array_create(&array, 'i', 3, NULL, &given), 0);
    assert_ptr_equal(mp_array_lock(array), given.lock);
    assert_int_equal(mp_array_acquire(array, 0), 0);
    assert_true(mp_lock_locked(given.lock));
    assert_int_equal(mp_array_release(array), 0);
    assert_int_equal(mp_array_hold(array), 0);
    mp_array_destroy(array);
    mp_array_destroy(array);
    mp_lock_destroy(given.lock);
    assert_int_equal(mp_array_create(&array, 'i', 3, NULL, &raw), 0);
    assert_int_equal(mp_array_acquire(array, 0), MP_ESTATE);
    assert_int_equal(mp_array_synchronize(array, NULL), 0);
    assert_int_equal(mp_array_synchronize(array, NULL), MP_ESTATE);
    assert_int_equal(mp_rlock_acquire(mp_array_rlock(array), 0), 0);
    assert_int_equal(mp_array_release(array), 0);
    mp_array_destroy(array);
}

static void a_copy_is_another_array(void)
{
    static const int initial[] = {5, 6, 7};
    int64_t number = 0;
    mp_array_t *array = make('i', 3, initial);
    mp_array_t *copy = NULL;

    assert_int_equal(mp_array_copy(&copy, array, NULL), 0);
    assert_int_equal(mp_array_length(copy), 3);
    assert_int_equal(mp_array_set_int(array, 1, 1), 0);
    assert_int_equal(mp_array_get_int(copy, 1, &number), 0);
    assert_int_equal(number, 6);
    mp_array_destroy(array);
    mp_array_destroy(copy);
    assert_int_equal(mp_array_copy(&copy, NULL, NULL), MP_EINVAL);
}

static const struct test tests[] = {
    {"items are zero at first", items_are_zero_at_first, TEST_ONCE},
    {"items are got and set", items_are_got_and_set, TEST_ONCE},
    {"indexes are checked", indexes_are_checked, TEST_ONCE},
    {"slices are copied", slices_are_copied, TEST_ONCE},
    {"texts end at their NUL", texts_end_at_their_nul, TEST_ONCE},
    {"structs are items, too", structs_are_items_too, TEST_ONCE},
    {"too large Arrays are refused", too_large_arrays_are_refused, TEST_ONCE},
    {"slices are whole", slices_are_whole, SHARERS},
    {"a dead holder is passed over silently",
     a_dead_holder_is_passed_over_silently, TEST_ALL},
    {"an Array is an argument", an_array_is_an_argument, TEST_ALL},
    {"Arrays have the locks of Values", arrays_have_the_locks_of_values,
     TEST_ONCE},
    {"a copy is another Array", a_copy_is_another_array, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    // What the family opens once must not look like a leak of the first test.
    shared = make('i', 0, NULL);
    mp_array_destroy(shared);
    return test_run("array", tests, sizeof(tests) / sizeof(tests[0]));
}
