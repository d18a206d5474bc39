// SPDX-License-Identifier: Apache-2.0
// Values: their types, their locks, atomic changes, and holders that die.
#include "tests/support.h"

#include <string.h>

#define SHARERS (TEST_FORK | TEST_THREAD) // whose children have the pointer

static mp_value_t *shared; // forked children and threads have it

static mp_value_t *make(int type, int64_t number,
                        const mp_value_options_t *options)
{
    mp_value_t *value = NULL;

    assert_int_equal(mp_value_create(&value, type, MP_INT(number), options), 0);
    assert_non_null(value);
    return value;
}

static int64_t number_in(mp_value_t *value)
{
    int64_t number = -12345;

    assert_int_equal(mp_value_get_int(value, &number), 0);
    return number;
}

// ---- types ----

struct integer {
    int type;
    size_t size;
    int64_t least;
    uint64_t most;
};

static const struct integer integers[] = {
    {MP_C_CHAR, 1, 0, UINT8_MAX},
    {MP_C_SCHAR, 1, INT8_MIN, INT8_MAX},
    {MP_C_UCHAR, 1, 0, UINT8_MAX},
    {MP_C_SHORT, sizeof(short), INT16_MIN, INT16_MAX},
    {MP_C_USHORT, sizeof(short), 0, UINT16_MAX},
    {MP_C_INT, sizeof(int), INT32_MIN, INT32_MAX},
    {MP_C_UINT, sizeof(int), 0, UINT32_MAX},
    {MP_C_LLONG, 8, INT64_MIN, INT64_MAX},
    {MP_C_ULLONG, 8, 0, UINT64_MAX},
    {MP_C_INT8, 1, INT8_MIN, INT8_MAX},
    {MP_C_UINT16, 2, 0, UINT16_MAX},
    {MP_C_INT32, 4, INT32_MIN, INT32_MAX},
    {MP_C_UINT64, 8, 0, UINT64_MAX},
    {MP_C_LONG, sizeof(long), sizeof(long) == 4 ? INT32_MIN : INT64_MIN,
     sizeof(long) == 4 ? INT32_MAX : INT64_MAX},
    {MP_C_ULONG, sizeof(long), 0, sizeof(long) == 4 ? UINT32_MAX : UINT64_MAX},
    {MP_C_WCHAR, sizeof(wchar_t), 0,
     sizeof(wchar_t) == 2 ? UINT16_MAX : UINT32_MAX},
};

static void try_integer(const struct integer *integer)
{
    uint64_t number = 0;
    mp_value_t *value = make(integer->type, 0, NULL);

    assert_int_equal(mp_value_type(value), integer->type);
    assert_int_equal(mp_value_size(value), integer->size);
    assert_int_equal(number_in(value), 0);
    assert_int_equal(mp_value_set_int(value, integer->least), 0);
    assert_int_equal(number_in(value), integer->least);
    assert_int_equal(mp_value_set_uint(value, integer->most), 0);
    assert_int_equal(mp_value_get_uint(value, &number), 0);
    assert_true(number == integer->most);
    assert_int_equal(mp_value_add(value, 1, NULL), 0); // it wraps
    assert_int_equal(number_in(value), integer->least);
    assert_int_equal(mp_value_add_locked(value, -1, NULL), 0);
    assert_int_equal(mp_value_get_uint(value, &number), 0);
    assert_true(number == integer->most);
    mp_value_destroy(value);
}

static void integers_hold_their_range_and_wrap(void)
{
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        try_integer(&integers[i]);
    }
}

static void integers_are_cut_off(void)
{
    int64_t number = 5;
    uint64_t natural = 5;
    mp_value_t *value = make('B', 300, NULL);

    assert_int_equal(number_in(value), 44);
    assert_int_equal(mp_value_set_int(value, -1), 0);
    assert_int_equal(number_in(value), 255);
    mp_value_destroy(value);
    value = make('i', INT64_C(1) << 40, NULL);
    assert_int_equal(number_in(value), 0);
    assert_int_equal(mp_value_set_int(value, -3), 0);
    assert_int_equal(mp_value_get_uint(value, &natural), MP_ERANGE);
    assert_int_equal(natural, 5);
    mp_value_destroy(value);
    value = make('Q', 0, NULL);
    assert_int_equal(mp_value_set_uint(value, UINT64_MAX), 0);
    assert_int_equal(mp_value_get_int(value, &number), MP_ERANGE);
    assert_int_equal(number, 5);
    mp_value_destroy(value);
}

static void bools_are_true_or_false(void)
{
    mp_value_t *value = NULL;
    int64_t old = 0;

    assert_int_equal(mp_value_create(&value, '?', MP_BOOL(true), NULL), 0);
    assert_int_equal(number_in(value), 1);
    assert_int_equal(mp_value_set_int(value, 256), 0);
    assert_int_equal(number_in(value), 1);
    assert_true(*(bool *) mp_value_address(value));
    assert_int_equal(mp_value_exchange(value, 0, &old), 0);
    assert_int_equal(old, 1);
    assert_int_equal(mp_value_exchange(value, 256, &old), 0);
    assert_int_equal(number_in(value), 1);
    assert_int_equal(mp_value_add(value, 1, NULL), MP_ETYPE);
    mp_value_destroy(value);
}

static void try_float(int type, double third)
{
    double number = 0;
    int64_t integer = 5;
    mp_value_t *value = NULL;

    assert_int_equal(mp_value_create(&value, type, MP_FLOAT(2.5), NULL), 0);
    assert_int_equal(mp_value_get_float(value, &number), 0);
    assert_true(number == 2.5);
    assert_int_equal(mp_value_get_int(value, &integer), MP_ETYPE);
    assert_int_equal(integer, 5);
    assert_int_equal(mp_value_set_int(value, -4), 0);
    assert_int_equal(mp_value_add_float_locked(value, 1.5, &number), 0);
    assert_true(number == -4.0);
    assert_int_equal(mp_value_get_float(value, &number), 0);
    assert_true(number == -2.5);
    assert_int_equal(mp_value_set_float(value, 1.0 / 3), 0);
    assert_int_equal(mp_value_get_float(value, &number), 0);
    assert_true(number == third);
    assert_int_equal(mp_value_add(value, 1, NULL), MP_ETYPE);
    assert_int_equal(mp_value_add_locked(value, 1, NULL), MP_ETYPE);
    assert_int_equal(mp_value_exchange(value, 1, NULL), MP_ETYPE);
    mp_value_destroy(value);
}

static void floats_are_of_their_size(void)
{
    double number = 0;

    try_float('f', (double) (float) (1.0 / 3));
    try_float(MP_C_DOUBLE, 1.0 / 3);
    mp_value_t *value = make('h', -7, NULL);
    assert_int_equal(mp_value_get_float(value, &number), 0);
    assert_true(number == -7.0);
    assert_int_equal(mp_value_set_float(value, 1.0), MP_ETYPE);
    assert_int_equal(mp_value_add_float_locked(value, 1.0, NULL), MP_ETYPE);
    mp_value_destroy(value);
}

struct point {
    double x;
    double y;
    char name[3000];
};

static void structs_are_read_as_a_whole(void)
{
    static struct point point = {1.5, -2, "somewhere"};
    static struct point other;
    int64_t number = 0;
    mp_value_t *value = NULL;

    for (int i = 0; i < 2; i++) { // the second one where the first one was
        assert_int_equal(
            mp_value_create_struct(&value, sizeof(point), NULL, NULL), 0);
        assert_int_equal(mp_value_type(value), MP_C_STRUCT);
        assert_int_equal((uintptr_t) mp_value_address(value) % 64, 0);
        memset(&other, 1, sizeof(other));
        assert_int_equal(mp_value_read(value, &other, sizeof(other)), 0);
        assert_true(other.x == 0 && other.y == 0 && other.name[2999] == 0);
        assert_int_equal(mp_value_write(value, &point, sizeof(point)), 0);
        assert_int_equal(mp_value_read(value, &other, sizeof(other)), 0);
        assert_memory_equal(&other, &point, sizeof(point));
        assert_int_equal(mp_value_read(value, &other, 8), MP_EINVAL);
        assert_int_equal(mp_value_get_int(value, &number), MP_ETYPE);
        assert_int_equal(mp_value_set_int(value, 1), MP_ETYPE);
        assert_int_equal(mp_value_set_float(value, 1), MP_ETYPE);
        assert_int_equal(mp_value_add(value, 1, NULL), MP_ETYPE);
        mp_value_destroy(value);
    }
    assert_int_equal(mp_value_create_struct(&value, 3, "ab", NULL), 0);
    assert_string_equal((const char *) mp_value_address(value), "ab");
    mp_value_destroy(value);
}

static void wrong_arguments_are_refused(void)
{
    mp_value_t *value = NULL;
    mp_value_options_t two = {.raw = true};
    struct {
        mp_value_options_t known;
        int64_t unknown;
    } newer = {.unknown = 1};

    assert_int_equal(mp_value_create(NULL, 'i', MP_INT(0), NULL), MP_EINVAL);
    assert_int_equal(mp_value_create(&value, 'x', MP_INT(0), NULL), MP_EINVAL);
    assert_int_equal(mp_value_create(&value, 0, MP_INT(0), NULL), MP_EINVAL);
    assert_int_equal(mp_value_create(&value, 'i', MP_FLOAT(1), NULL), MP_ETYPE);
    assert_int_equal(mp_value_create(&value, 'i', MP_TEXT("1"), NULL),
                     MP_ETYPE);
    assert_int_equal(mp_value_create(&value, 'Q', MP_ARG(UINT64_MAX), NULL),
                     MP_ERANGE);
    assert_int_equal(mp_value_create_struct(&value, 0, NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_value_create_sized(&value, 'i', MP_INT(0), &newer.known,
                                           sizeof(newer)),
                     MP_ENOTSUP);
    assert_int_equal(mp_lock_create(&two.lock), 0);
    assert_int_equal(mp_value_create(&value, 'i', MP_INT(0), &two), MP_EINVAL);
    mp_value_options_t gone = {.lock = two.lock};
    mp_lock_destroy(two.lock);
    assert_int_equal(mp_value_create(&value, 'i', MP_INT(0), &gone), MP_EINVAL);
    assert_null(value);
    assert_int_equal(mp_value_get_int(NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_value_set_int(NULL, 1), MP_EINVAL);
    assert_int_equal(mp_value_add(NULL, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_value_acquire(NULL, 0), MP_EINVAL);
    assert_null(mp_value_address(NULL));
    mp_value_destroy(NULL);
}

// ---- changes ----

static void atomic_calls_work_on_each_size(void)
{
    static const int types[] = {'b', 'h', 'i', 'q', 'B', 'H', 'I', 'Q'};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        mp_value_t *value = make(types[i], 100, NULL);
        int64_t old = 0;
        bool done = true;
        assert_int_equal(mp_value_add(value, 5, &old), 0);
        assert_int_equal(old, 100);
        assert_int_equal(mp_value_exchange(value, 7, &old), 0);
        assert_int_equal(old, 105);
        old = 6;
        assert_int_equal(mp_value_compare_exchange(value, &old, 9, &done), 0);
        assert_false(done);
        assert_int_equal(old, 7);
        assert_int_equal(mp_value_compare_exchange(value, &old, 9, &done), 0);
        assert_true(done);
        assert_int_equal(old, 7);
        assert_int_equal(mp_value_add_locked(value, -9, &old), 0);
        assert_int_equal(old, 9);
        assert_int_equal(number_in(value), 0);
        mp_value_destroy(value);
    }
}

// Cut off at the size of the item, each of these would be what it holds.
static void what_an_item_cannot_hold_is_not_what_it_holds(void)
{
    static const struct {
        int type;
        int64_t holds;
        int64_t expected;
    } rows[] = {{'b', -1, 255},   {'B', 255, -1},        {'h', 7, 65536 + 7},
                {'H', 65535, -1}, {'i', -2, 4294967294}, {'I', 4294967295, -1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mp_value_t *value = make(rows[i].type, rows[i].holds, NULL);
        int64_t expected = rows[i].expected;
        bool done = true;
        assert_int_equal(mp_value_compare_exchange(value, &expected, 3, &done),
                         0);
        assert_false(done);
        assert_int_equal(expected, rows[i].holds);
        assert_int_equal(mp_value_compare_exchange(value, &expected, 3, &done),
                         0);
        assert_true(done);
        assert_int_equal(number_in(value), 3);
        mp_value_destroy(value);
    }
}

static void atomic_operations_need_no_call(void)
{
    mp_value_t *value = make(MP_C_INT32, 3, NULL);
    int32_t *at = (int32_t *) mp_value_address(value);
    int32_t expected = 8;

    assert_int_equal(mp_atomic_add_int32(at, 4), 3);
    assert_false(mp_atomic_compare_exchange_int32(at, &expected, 1));
    assert_int_equal(expected, 7);
    assert_true(mp_atomic_compare_exchange_int32(at, &expected, -1));
    assert_int_equal(mp_atomic_exchange_int32(at, 5), -1);
    mp_atomic_store_int32(at, 6);
    assert_int_equal(mp_atomic_load_int32(at), 6);
    assert_int_equal(number_in(value), 6);
    mp_value_destroy(value);
}

#define ADDERS 4
#define ADDITIONS 5000

static int add_once(int64_t way)
{
    int64_t number = 0;

    if (way == 0) {
        return mp_value_add(shared, 1, NULL);
    }
    if (way == 1) {
        return mp_value_add_locked(shared, 1, NULL);
    }
    int r = mp_value_acquire(shared, MP_FOREVER);
    r |= mp_value_get_int(shared, &number);
    r |= mp_value_set_int(shared, number + 1);
    return r | mp_value_release(shared);
}

static int add_in_the_way(const mp_args_t *args)
{
    for (int i = 0; i < ADDITIONS; i++) {
        if (add_once(mp_args_int(args, 0)) != 0) {
            return mp_failure(1, "%s", mp_last_error()->message);
        }
    }
    return 0;
}

static void add_by_many(int type, int64_t way,
                        const mp_value_options_t *options)
{
    mp_process_t *adders[ADDERS];

    shared = make(type, 0, options);
    for (int i = 0; i < ADDERS; i++) {
        adders[i] = test_start(add_in_the_way, MP_ARGS(way));
    }
    for (int i = 0; i < ADDERS; i++) {
        assert_int_equal(test_finish(adders[i]), 0);
    }
    assert_int_equal(number_in(shared), ADDERS * ADDITIONS);
    mp_value_destroy(shared);
}

static void many_that_add_lose_nothing(void)
{
    mp_value_options_t given = {0};

    assert_int_equal(mp_rlock_create(&given.rlock), 0);
    for (int way = 0; way < 3; way++) {
        add_by_many('q', way, NULL);
    }
    add_by_many('i', 2, &given);
    add_by_many('H', 1, &given);
    mp_rlock_destroy(given.rlock);
}

static void add_from_a_thread(int number)
{
    for (int i = 0; i < ADDITIONS; i++) {
        (void) mp_value_add_locked(shared, number % 2 == 0 ? 1 : 2, NULL);
    }
}

// Threads of the user's own are all the same process to the lock.
static void threads_of_the_user_lose_nothing(void)
{
    shared = make('q', 0, NULL);
    test_run_threads(4, add_from_a_thread);
    assert_int_equal(number_in(shared), 2 * ADDITIONS + 2 * 2 * ADDITIONS);
    mp_value_destroy(shared);
}

// ---- locks ----

static void the_lock_is_recursive(void)
{
    mp_value_t *value = make('i', 1, NULL);

    assert_null(mp_value_lock(value));
    assert_int_equal(mp_value_release(value), MP_ESTATE);
    assert_int_equal(mp_value_acquire(value, 0), 0);
    assert_int_equal(mp_rlock_acquire(mp_value_rlock(value), 0), 0);
    assert_int_equal(mp_value_add_locked(value, 1, NULL), 0);
    assert_int_equal(number_in(value), 2);
    assert_int_equal(mp_value_release(value), 0);
    assert_true(mp_rlock_locked(mp_value_rlock(value)));
    assert_int_equal(mp_value_release(value), 0);
    assert_false(mp_rlock_locked(mp_value_rlock(value)));
    mp_value_destroy(value);
}

static int try_to_acquire(const mp_args_t *args)
{
    (void) args;
    return mp_value_acquire(shared, 0) == MP_ETIMEDOUT &&
                   mp_value_acquire(shared, 10) == MP_ETIMEDOUT &&
                   mp_value_release(shared) == MP_ESTATE
               ? 0
               : 1;
}

static void a_held_value_is_waited_for(void)
{
    shared = make('i', 1, NULL);
    assert_int_equal(mp_value_acquire(shared, MP_FOREVER), 0);
    assert_int_equal(test_call(try_to_acquire, NULL), 0);
    assert_int_equal(mp_value_release(shared), 0);
    mp_value_destroy(shared);
}

static void a_raw_value_has_no_lock(void)
{
    mp_value_options_t raw = {.raw = true};
    mp_value_t *value = make('i', 1, &raw);

    assert_null(mp_value_lock(value));
    assert_null(mp_value_rlock(value));
    assert_int_equal(mp_value_acquire(value, 0), MP_ESTATE);
    assert_int_equal(mp_value_release(value), MP_ESTATE);
    assert_int_equal(mp_value_add_locked(value, 1, NULL), MP_ESTATE);
    assert_int_equal(mp_value_add(value, 1, NULL), 0);
    assert_int_equal(mp_value_set_int(value, number_in(value) * 2), 0);
    assert_int_equal(number_in(value), 4);
    mp_value_destroy(value);
}

static void a_given_lock_is_the_one(void)
{
    mp_value_options_t options = {0};

    assert_int_equal(mp_lock_create(&options.lock), 0);
    mp_value_t *value = make('i', 5, &options);
    mp_value_t *other = make('i', 6, &options);
    assert_ptr_equal(mp_value_lock(value), options.lock);
    assert_null(mp_value_rlock(value));
    assert_int_equal(mp_value_acquire(value, 0), 0);
    assert_true(mp_lock_locked(options.lock));
    assert_int_equal(mp_value_acquire(other, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_value_release(other), 0); // by anybody
    mp_lock_destroy(options.lock);                // they still have it
    for (int i = 0; i < 100; i++) {
        mp_lock_t *elsewhere = NULL;
        assert_int_equal(mp_lock_create(&elsewhere), 0);
        assert_ptr_not_equal(elsewhere, options.lock);
        mp_lock_destroy(elsewhere);
    }
    assert_int_equal(number_in(value) + number_in(other), 11);
    mp_value_destroy(value);
    assert_int_equal(number_in(other), 6);
    mp_value_destroy(other);
    assert_int_equal(mp_value_create(&value, 'i', MP_INT(0), &options),
                     MP_EINVAL); // gone with the last of them
}

static void values_can_share_the_lock_of_one(void)
{
    mp_value_t *first = make('i', 1, NULL);
    mp_value_options_t its_lock = {.rlock = mp_value_rlock(first)};
    mp_value_t *second = make('i', 2, &its_lock);

    assert_ptr_equal(mp_value_rlock(second), mp_value_rlock(first));
    assert_int_equal(mp_value_hold(second), 0);
    mp_value_destroy(first);
    mp_value_destroy(second);
    assert_int_equal(mp_value_acquire(second, 0), 0);
    assert_int_equal(number_in(first), 1);
    assert_int_equal(mp_value_add_locked(second, 1, NULL), 0);
    assert_int_equal(mp_value_release(second), 0);
    mp_value_destroy(second);
    assert_int_equal(mp_value_hold(second), MP_EINVAL);
    assert_int_equal(mp_value_hold(first), MP_EINVAL);
}

// ---- holders that die ----

static int die_with_the_lock(const mp_args_t *args)
{
    mp_value_t *value = mp_args_value(args, 1);
    int r = mp_value_acquire(value, MP_FOREVER);

    if (r < 0 || mp_value_set_int(value, 77) < 0) {
        return 98;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(die_with_the_lock)

// The next call, of any kind, after the holder died.
static void after_a_death(const mp_value_options_t *options, int told,
                          int (*next)(void))
{
    test_gate_t gate;

    shared = make('q', 1, options);
    test_gate_create(&gate);
    mp_process_t *holder =
        test_start(die_with_the_lock, MP_ARGS(gate.name, shared));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_value_acquire(shared, 0), MP_ETIMEDOUT);
    test_stop(holder, &gate);
    mp_process_destroy(holder);
    int64_t begin = test_now_ms();
    assert_int_equal(next(), told);
    assert_true(test_now_ms() - begin < 1000);
    assert_int_equal(number_in(shared), 77);
    assert_int_equal(mp_value_acquire(shared, 0), 0);
    assert_int_equal(mp_value_release(shared), 0);
    mp_value_destroy(shared);
    test_gate_destroy(&gate);
}

static int next_acquires(void)
{
    int r = mp_value_acquire(shared, TEST_GUARD_MS);
    int released = mp_value_release(shared);

    return released < 0 ? released : r;
}

static int next_gets(void)
{
    int64_t number = 0;
    return mp_value_get_int(shared, &number);
}

static int next_adds(void)
{
    int r = mp_value_add_locked(shared, 1, NULL);
    int again = mp_value_add_locked(shared, -1, NULL);
    return again < 0 ? again : r;
}

static void a_dead_holder_is_passed_over_silently(void)
{
    after_a_death(NULL, 0, next_acquires);
    after_a_death(NULL, 0, next_gets);
    after_a_death(NULL, 0, next_adds);
}

static void a_given_lock_tells_of_a_dead_holder(void)
{
    mp_value_options_t given = {0};

    assert_int_equal(mp_rlock_create(&given.rlock), 0);
    after_a_death(&given, MP_OWNERDIED, next_acquires);
    after_a_death(&given, MP_OWNERDIED, next_gets);
    after_a_death(&given, MP_OWNERDIED, next_adds);
    mp_rlock_destroy(given.rlock);
}

// ---- arguments ----

static int add_to_it(const mp_args_t *args)
{
    mp_value_t *value = mp_args_value(args, 0);
    int r = mp_value_acquire(value, MP_FOREVER);

    r |= mp_value_add(value, mp_args_int(args, 1), NULL);
    return r | mp_value_release(value);
}
MP_TARGET(add_to_it)

// With its lock, which nobody else holds.
static void a_value_is_an_argument(void)
{
    mp_value_options_t given = {0};

    mp_value_t *value = make('q', 5, NULL);
    assert_int_equal(test_call(add_to_it, MP_ARGS(value, 3)), 0);
    assert_int_equal(number_in(value), 8);
    mp_value_destroy(value);
    assert_int_equal(mp_lock_create(&given.lock), 0);
    value = make('h', 5, &given);
    mp_lock_destroy(given.lock);
    mp_process_t *process = test_create(add_to_it, MP_ARGS(value, -7));
    mp_value_destroy(value);
    assert_int_equal(mp_value_hold(value), 0); // the process has it
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 0);
    assert_int_equal(number_in(value), -2);
    mp_value_destroy(value);
}

// ---- copies, and a lock for a raw one ----

static void a_copy_is_another_value(void)
{
    mp_value_options_t raw = {.raw = true};
    mp_value_t *value = make('h', -9, NULL);
    mp_value_t *copy = NULL;

    assert_int_equal(mp_value_copy(&copy, value, &raw), 0);
    assert_int_equal(mp_value_type(copy), 'h');
    assert_int_equal(mp_value_acquire(copy, 0), MP_ESTATE);
    assert_int_equal(mp_value_set_int(copy, 3), 0);
    assert_int_equal(number_in(value), -9);
    mp_value_destroy(value);
    assert_int_equal(number_in(copy), 3);
    assert_int_equal(mp_value_copy(&value, copy, NULL), 0);
    assert_int_equal(mp_value_add_locked(value, 1, NULL), 0);
    assert_int_equal(number_in(value), 4);
    mp_value_destroy(copy);
    mp_value_destroy(value);
    assert_int_equal(mp_value_copy(&copy, NULL, NULL), MP_EINVAL);
}

static void a_raw_value_can_be_given_a_lock(void)
{
    mp_value_options_t raw = {.raw = true};
    mp_value_options_t given = {0};

    mp_value_t *value = make('i', 4, &raw);
    assert_int_equal(mp_value_synchronize(value, &raw), MP_EINVAL);
    assert_int_equal(mp_value_synchronize(value, NULL), 0);
    assert_int_equal(mp_value_synchronize(value, NULL), MP_ESTATE);
    assert_int_equal(mp_value_acquire(value, 0), 0);
    assert_int_equal(number_in(value), 4);
    assert_int_equal(mp_value_release(value), 0);
    mp_value_destroy(value);

    assert_int_equal(mp_lock_create(&given.lock), 0);
    value = make('i', 5, &raw);
    assert_int_equal(mp_value_hold(value), 0);
    assert_int_equal(mp_value_synchronize(value, &given), 0);
    mp_lock_destroy(given.lock);
    mp_value_destroy(value);
    assert_ptr_equal(mp_value_lock(value), given.lock);
    assert_int_equal(mp_value_add_locked(value, 1, NULL), 0);
    assert_int_equal(number_in(value), 6);
    mp_value_destroy(value);
    assert_int_equal(mp_value_create(&value, 'i', MP_INT(0), &given),
                     MP_EINVAL);
}

static void values_bring_their_memory_back(void)
{
    static mp_value_t *values[1000];
    mp_shared_figures_t before = {0};
    mp_shared_figures_t after = {0};

    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 1000; i++) {
            values[i] = make('q', i, NULL);
        }
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(number_in(values[i]), i);
            mp_value_destroy(values[i]);
        }
        assert_int_equal(mp_shared_usage(&after), 0);
        if (round == 0) {
            before = after;
        }
    }
    assert_true(after.in_use <= before.in_use);
}

static const struct test tests[] = {
    {"integers hold their range and wrap", integers_hold_their_range_and_wrap,
     TEST_ONCE},
    {"integers are cut off", integers_are_cut_off, TEST_ONCE},
    {"bools are true or false", bools_are_true_or_false, TEST_ONCE},
    {"floats are of their size", floats_are_of_their_size, TEST_ONCE},
    {"structs are read as a whole", structs_are_read_as_a_whole, TEST_ONCE},
    {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
    {"atomic calls work on each size", atomic_calls_work_on_each_size,
     TEST_ONCE},
    {"what an item cannot hold is not what it holds",
     what_an_item_cannot_hold_is_not_what_it_holds, TEST_ONCE},
    {"atomic operations need no call", atomic_operations_need_no_call,
     TEST_ONCE},
    {"many that add lose nothing", many_that_add_lose_nothing, SHARERS},
    {"threads of the user lose nothing", threads_of_the_user_lose_nothing,
     TEST_ONCE},
    {"the lock is recursive", the_lock_is_recursive, TEST_ONCE},
    {"a held Value is waited for", a_held_value_is_waited_for, SHARERS},
    {"a raw Value has no lock", a_raw_value_has_no_lock, TEST_ONCE},
    {"a given lock is the one", a_given_lock_is_the_one, TEST_ONCE},
    {"Values can share the lock of one", values_can_share_the_lock_of_one,
     TEST_ONCE},
    {"a dead holder is passed over silently",
     a_dead_holder_is_passed_over_silently, TEST_ALL},
    {"a given lock tells of a dead holder", a_given_lock_tells_of_a_dead_holder,
     TEST_ALL},
    {"a Value is an argument", a_value_is_an_argument, TEST_ALL},
    {"a copy is another Value", a_copy_is_another_value, TEST_ONCE},
    {"a raw Value can be given a lock", a_raw_value_can_be_given_a_lock,
     TEST_ONCE},
    {"Values bring their memory back", values_bring_their_memory_back,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    // What the family opens once must not look like a leak of the first test.
    shared = make('i', 0, NULL);
    mp_value_destroy(shared);
    return test_run("value", tests, sizeof(tests) / sizeof(tests[0]));
}
