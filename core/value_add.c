// SPDX-License-Identifier: Apache-2.0
// A Value that changes by what it was: atomically, or under its lock.
#include <multiprocessing/value.h>

#include "core/locked.h"
#include "platform/fail.h"

// ---- atomically ----

static uint64_t fetch_add(void *item, uint32_t size, uint64_t amount)
{
    switch (size) {
    case 1:
        return __atomic_fetch_add((uint8_t *) item, (uint8_t) amount,
                                  __ATOMIC_SEQ_CST);
    case 2:
        return __atomic_fetch_add((uint16_t *) item, (uint16_t) amount,
                                  __ATOMIC_SEQ_CST);
    case 4:
        return __atomic_fetch_add((uint32_t *) item, (uint32_t) amount,
                                  __ATOMIC_SEQ_CST);
    default:
        return __atomic_fetch_add((uint64_t *) item, amount, __ATOMIC_SEQ_CST);
    }
}

static uint64_t exchange(void *item, uint32_t size, uint64_t bits)
{
    switch (size) {
    case 1:
        return __atomic_exchange_n((uint8_t *) item, (uint8_t) bits,
                                   __ATOMIC_SEQ_CST);
    case 2:
        return __atomic_exchange_n((uint16_t *) item, (uint16_t) bits,
                                   __ATOMIC_SEQ_CST);
    case 4:
        return __atomic_exchange_n((uint32_t *) item, (uint32_t) bits,
                                   __ATOMIC_SEQ_CST);
    default:
        return __atomic_exchange_n((uint64_t *) item, bits, __ATOMIC_SEQ_CST);
    }
}

#define COMPARE_EXCHANGE(type)                                                 \
    {                                                                          \
        type was = (type) *expected;                                           \
        bool done = __atomic_compare_exchange_n(                               \
            (type *) item, &was, (type) bits, false, __ATOMIC_SEQ_CST,         \
            __ATOMIC_SEQ_CST);                                                 \
        *expected = was;                                                       \
        return done;                                                           \
    }

static bool compare_exchange(void *item, uint32_t size, uint64_t *expected,
                             uint64_t bits)
{
    switch (size) {
    case 1:
        COMPARE_EXCHANGE(uint8_t)
    case 2:
        COMPARE_EXCHANGE(uint16_t)
    case 4:
        COMPARE_EXCHANGE(uint32_t)
    default:
        COMPARE_EXCHANGE(uint64_t)
    }
}

static MP__SLOW int refuse(const mp_value_t *value)
{
    return value == NULL ? mp__fail(MP_EINVAL, 0, "the Value is NULL")
                         : mp__fail(MP_ETYPE, 0,
                                    "a Value of this type cannot be changed "
                                    "so");
}

static bool is_integer(const mp_value_t *value)
{
    _Static_assert(MP__NUMBER_UNSIGNED == MP__NUMBER_SIGNED + 1, "one test");

    return value != NULL &&
           value->data.kind - (unsigned) MP__NUMBER_SIGNED <= 1U;
}

static bool is_settable(const mp_value_t *value)
{
    return is_integer(value) ||
           (value != NULL && value->data.kind == MP__NUMBER_BOOL);
}

static inline void tell(const mp_value_t *value, uint64_t bits, int64_t *old)
{
    uint32_t unused = 64 - value->data.size * 8;

    if (old == NULL) {
        return;
    }
    bits <<= unused;
    *old = value->data.kind == MP__NUMBER_SIGNED ? (int64_t) bits >> unused
                                                 : (int64_t) (bits >> unused);
}

// What the bits of a number are in an item; a bool is 0 or 1 in memory, too.
static uint64_t bits_of(const mp_value_t *value, int64_t number)
{
    return value->data.kind == MP__NUMBER_BOOL ? number != 0
                                               : (uint64_t) number;
}

// Whether an item can hold just this number: cut off it would be another one,
// which was not expected.
static bool is_held(const mp_value_t *value, int64_t number)
{
    int64_t kept = 0;

    tell(value, (uint64_t) number, &kept);
    return kept == number || value->data.kind == MP__NUMBER_BOOL;
}

int mp_value_add(mp_value_t *value, int64_t amount, int64_t *old)
{
    if (!is_integer(value)) {
        return refuse(value);
    }
    tell(value,
         fetch_add(value->data.more.small, value->data.size, (uint64_t) amount),
         old);
    return 0;
}

int mp_value_exchange(mp_value_t *value, int64_t number, int64_t *old)
{
    if (!is_settable(value)) {
        return refuse(value);
    }
    tell(value,
         exchange(value->data.more.small, value->data.size,
                  bits_of(value, number)),
         old);
    return 0;
}

int mp_value_compare_exchange(mp_value_t *value, int64_t *expected,
                              int64_t number, bool *exchanged)
{
    if (expected == NULL || exchanged == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the result");
    }
    if (!is_settable(value)) {
        return refuse(value);
    }
    void *item = value->data.more.small;
    uint64_t was = bits_of(value, *expected);
    if (is_held(value, *expected)) {
        *exchanged = compare_exchange(item, value->data.size, &was,
                                      bits_of(value, number));
    } else {
        was = mp__item_load(item, value->data.size);
        *exchanged = false;
    }
    if (!*exchanged) {
        tell(value, was, expected);
    }
    return 0;
}

// ---- under the lock ----

static int no_lock(void)
{
    return mp__fail(MP_ESTATE, 0, "the Value is raw: it has no lock");
}

static inline void add_held(mp_value_t *value, int64_t amount, int64_t *old)
{
    void *item = value->data.more.small;
    uint64_t bits = mp__item_load(item, value->data.size);

    mp__item_store(item, value->data.size, bits + (uint64_t) amount);
    tell(value, bits, old);
}

static MP__SLOW int add_slowly(mp_value_t *value, int64_t amount, int64_t *old)
{
    if (!is_integer(value)) {
        return refuse(value);
    }
    if (value->data.how == MP__HOW_RAW) {
        return no_lock();
    }
    int r = mp__locked_enter(&value->data);
    if (r < 0) {
        return r;
    }
    add_held(value, amount, old);
    mp__locked_leave(&value->data);
    return r;
}

// The usual case: its own lock, which is free.
int mp_value_add_locked(mp_value_t *value, int64_t amount, int64_t *old)
{
    uint32_t token = mp__token_known();

    if (!is_integer(value) || value->data.how != MP__HOW_OWN || token == 0 ||
        !mp__word_try(&value->data.lock.own.word, token)) {
        return add_slowly(value, amount, old);
    }
    add_held(value, amount, old);
    (void) mp__word_release(&value->data.lock.own.word);
    return 0;
}

int mp_value_add_float_locked(mp_value_t *value, double amount, double *old)
{
    uint64_t bits = 0;
    double number = 0;

    if (value == NULL || value->data.kind != MP__NUMBER_FLOAT) {
        return refuse(value);
    }
    if (value->data.how == MP__HOW_RAW) {
        return no_lock();
    }
    int r = mp__locked_enter(&value->data);
    if (r < 0) {
        return r;
    }
    mp__shape_t shape = mp__locked_shape(&value->data);
    void *item = value->data.more.small;
    (void) mp__bits_to_float(shape, mp__item_load(item, shape.size), &number);
    (void) mp__bits_of_float(shape, number + amount, &bits);
    mp__item_store(item, shape.size, bits);
    mp__locked_leave(&value->data);
    if (old != NULL) {
        *old = number;
    }
    return r;
}
