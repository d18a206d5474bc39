// SPDX-License-Identifier: Apache-2.0
// Values and Arrays that are changed under their locks by processes that are
// killed.
#include "tests/stress/stress.h"

static mp_value_t *value;
static mp_array_t *array;
static mp_rlock_t *rlock;
static uint64_t of_the_dead; // that nobody has noted as done

static bool make_value(stress_page_t *page, const mp_value_options_t *options)
{
    of_the_dead = 0;
    if (mp_value_create(&value, MP_C_INT64, MP_INT(0), options) < 0) {
        return false;
    }
    stress_publish(page, 0, value);
    return true;
}

static bool make_own(stress_page_t *page)
{
    return make_value(page, NULL);
}

static bool make_given(stress_page_t *page)
{
    mp_value_options_t options = {0};

    if (mp_lock_create(&stress_lock) < 0) {
        return false;
    }
    options.lock = stress_lock;
    return make_value(page, &options);
}

static bool open_value(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_VALUE, &value);
}

static void destroy_value(stress_page_t *page)
{
    (void) page;
    mp_value_destroy(value);
    mp_lock_destroy(stress_lock);
    stress_lock = NULL;
}

// Twice the number of additions, and one more while one is under way.
static int add(stress_page_t *page, uint64_t *random)
{
    _Atomic uint64_t *noted = &page->numbers[stress_index];

    (void) random;
    (void) atomic_fetch_add(noted, 1);
    if (!stress_acquired(mp_value_add_locked(value, 1, NULL))) {
        return 1;
    }
    (void) atomic_fetch_add(noted, 1);
    return 0;
}

static const char *check_sum(stress_page_t *page)
{
    int64_t is = 0;
    uint64_t sum = of_the_dead;
    const char *wrong = stress_park(page, NULL);

    if (wrong != NULL) {
        return wrong;
    }
    for (int i = 0; i < STRESS_WORKERS; i++) {
        sum += atomic_load(&page->numbers[i]) / 2;
    }
    _Atomic uint64_t *noted = &page->numbers[atomic_load(&page->dead)];
    uint64_t under_way = atomic_fetch_and(noted, ~UINT64_C(1)) & 1;
    if (mp_value_get_int(value, &is) < 0 || (uint64_t) is - sum > under_way) {
        return "the sum is wrong";
    }
    of_the_dead += (uint64_t) is - sum;
    stress_go_on(page);
    return NULL;
}

// ---- an Array ----

static bool make_array(stress_page_t *page)
{
    mp_value_options_t options = {0};

    if (mp_rlock_create(&rlock) < 0) {
        return false;
    }
    options.rlock = rlock;
    if (mp_array_create(&array, MP_C_UINT64, 2, NULL, &options) < 0) {
        return false;
    }
    stress_publish(page, 0, array);
    return true;
}

static bool open_array(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_ARRAY, &array);
}

static void destroy_array(stress_page_t *page)
{
    (void) page;
    mp_array_destroy(array);
    mp_rlock_destroy(rlock);
}

static int change(int64_t timeout_ms)
{
    int r = mp_array_acquire(array, timeout_ms);

    if (!stress_acquired(r)) {
        return r == MP_ETIMEDOUT && timeout_ms < STRESS_LIMIT_MS ? 0 : 1;
    }
    if (!stress_change(mp_array_address(array), r == MP_OWNERDIED)) {
        return 2;
    }
    return mp_array_release(array) == 0 ? 0 : 3;
}

static int change_array(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return change(stress_timeout(random));
}

static const char *check_array(stress_page_t *page)
{
    (void) page;
    return change(STRESS_LIMIT_MS) == 0 ? NULL : "the Array is wrong";
}

// ---- coming and going ----

// A few items lie in a cell, many in a block.
static int make_and_destroy(stress_page_t *page, uint64_t *random)
{
    mp_value_options_t options = {0};
    mp_value_t *fresh = NULL;
    mp_array_t *row = NULL;
    size_t items = stress_random(random, 2) == 0 ? 4 : 2000;

    (void) page;
    options.lock = stress_random(random, 2) == 0 ? stress_lock : NULL;
    if (mp_value_create(&fresh, MP_C_INT64, MP_INT(1), &options) < 0 ||
        mp_array_create(&row, MP_C_INT64, items, NULL, &options) < 0) {
        return 1;
    }
    mp_value_destroy(fresh);
    mp_array_destroy(row);
    return 0;
}

const stress_row_t stress_value_rows[] = {
    {"add to one Value", make_own, open_value, add, check_sum, destroy_value,
     NULL, NULL},
    {"add to one Value of a lock", make_given, open_value, add, check_sum,
     destroy_value, NULL, NULL},
    {"change one Array of a lock", make_array, open_array, change_array,
     check_array, destroy_array, NULL, NULL},
    {"make and destroy Values and Arrays", stress_make_lock, stress_open_lock,
     make_and_destroy, NULL, stress_destroy_lock, NULL, NULL},
};
const size_t stress_value_count = STRESS_COUNT(stress_value_rows);
