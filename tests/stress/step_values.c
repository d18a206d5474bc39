// SPDX-License-Identifier: Apache-2.0
// Values and Arrays, killed at every step.
#include "tests/stress/step.h"

#include <multiprocessing.h>

#define MANY 2000 // items, which lie in a block

static mp_value_t *value;
static mp_array_t *array;
static mp_rlock_t *rlock;

static void make_own(void)
{
    (void) mp_value_create(&value, MP_C_INT64, MP_INT(0), NULL);
}

static void make_given(void)
{
    mp_value_options_t options = {0};

    step_make_lock();
    options.lock = step_lock;
    (void) mp_value_create(&value, MP_C_INT64, MP_INT(0), &options);
}

static void destroy_value(void)
{
    mp_value_destroy(value);
    step_destroy_lock();
}

static void add(void)
{
    (void) mp_value_add_locked(value, 1, NULL);
}

static const char *check_sum(void)
{
    int64_t was = 0;
    int64_t is = 0;

    if (mp_value_get_int(value, &was) < 0 || was < 0 || was > 1) {
        return "the sum is wrong";
    }
    add();
    return mp_value_get_int(value, &is) == 0 && is == was + 1
               ? NULL
               : "others cannot add";
}

// ---- an Array ----

static void make_array(void)
{
    mp_value_options_t options = {0};

    (void) mp_rlock_create(&rlock);
    options.rlock = rlock;
    (void) mp_array_create(&array, MP_C_INT64, 2, NULL, &options);
}

static void destroy_array(void)
{
    mp_array_destroy(array);
    mp_rlock_destroy(rlock);
}

static void change(void)
{
    (void) mp_array_acquire(array, MP_FOREVER);
    (void) mp_array_set_int(array, 0, 1);
    (void) mp_array_set_int(array, 1, 1);
    (void) mp_array_release(array);
}

// Half done only if that is said.
static const char *check_array(void)
{
    int64_t first = 0;
    int64_t second = 0;
    int r = mp_array_acquire(array, STEP_LIMIT_MS);

    if (r < 0 || mp_array_get_int(array, 0, &first) != 0 ||
        mp_array_get_int(array, 1, &second) != 0) {
        return "the Array cannot be read";
    }
    if (first != second && r != MP_OWNERDIED) {
        return "nobody says that a change is half done";
    }
    return mp_array_release(array) == 0 && mp_array_acquire(array, 0) == 0 &&
                   mp_array_release(array) == 0
               ? NULL
               : "the lock was not repaired";
}

// ---- making ----

static void make_and_destroy(size_t items)
{
    mp_value_options_t options = {0};
    mp_value_t *fresh = NULL;
    mp_array_t *row = NULL;

    options.lock = step_lock;
    (void) mp_value_create(&fresh, MP_C_INT64, MP_INT(1), &options);
    (void) mp_array_create(&row, MP_C_INT64, items, NULL, &options);
    mp_value_destroy(fresh);
    mp_array_destroy(row);
}

static void make_small(void)
{
    make_and_destroy(4);
}

static void make_large(void)
{
    make_and_destroy(MANY);
}

static const char *others_make(void)
{
    make_large();
    if (mp_lock_acquire(step_lock, 0) != 0 || mp_lock_release(step_lock) != 0) {
        return "the lock is gone";
    }
    return NULL;
}

const step_op_t step_value_ops[] = {
    {.name = "adds to a Value",
     .setup = make_own,
     .run = add,
     .check = check_sum,
     .clear = destroy_value},
    {.name = "adds to a Value of a lock",
     .setup = make_given,
     .run = add,
     .check = check_sum,
     .clear = destroy_value},
    {.name = "changes an Array of a lock",
     .setup = make_array,
     .run = change,
     .check = check_array,
     .clear = destroy_array},
    {.name = "makes and destroys a Value and a small Array of a lock",
     .setup = step_make_lock,
     .prepare = make_small,
     .run = make_small,
     .check = others_make,
     .clear = step_destroy_lock},
    {.name = "makes and destroys a Value and a large Array of a lock",
     .setup = step_make_lock,
     .prepare = make_large,
     .run = make_large,
     .check = others_make,
     .clear = step_destroy_lock},
};
const size_t step_value_count = STEP_COUNT(step_value_ops);
