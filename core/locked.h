// SPDX-License-Identifier: Apache-2.0
// What Value and Array are: items of one shape, behind a header of 64 bytes
// with their lock.
//
// A thread that needs the lock for a few instructions of the library's own does
// not note that it is the one that holds it: nothing in them asks.
#ifndef MP_CORE_LOCKED_H
#define MP_CORE_LOCKED_H

#include <multiprocessing/array.h>

#include "core/lock.h"
#include "core/typed.h"

// Which lock.
typedef enum mp__how {
    MP__HOW_OWN,
    MP__HOW_LOCK, // a given one: the companion
    MP__HOW_RLOCK,
    MP__HOW_RAW
} mp__how_t;

#define MP__SMALL 8 // an item of this size lies in the header

typedef struct mp__locked {
    mp__object_t head;
    union {
        mp__recursive_t own;
        uint32_t given; // the companion's place
    } lock;
    uint8_t how;
    uint8_t type;
    uint8_t kind;
    uint8_t unused;
    uint32_t size; // of an item
    union {
        unsigned char small[MP__SMALL]; // of a Value
        uint64_t count;                 // of an Array's items
    } more;
} mp__locked_t;

struct mp_value {
    mp__locked_t data;
};

struct mp_array {
    mp__locked_t data;
};

_Static_assert(sizeof(mp__locked_t) == 64, "the items are aligned to 64");
_Static_assert(offsetof(mp__locked_t, lock.given) ==
                   offsetof(mp__paired_t, companion),
               "the given lock is the companion");
_Static_assert(offsetof(mp__locked_t, lock.own) ==
                   offsetof(struct mp_rlock, lock),
               "its own lock can be taken for an RLock");

static inline mp__shape_t mp__locked_shape(const mp__locked_t *data)
{
    return (mp__shape_t){data->type, data->kind, data->size};
}

static inline void *mp__locked_tail(mp__locked_t *data)
{
    return data + 1;
}

static inline void *mp__array_item(mp_array_t *array, size_t index)
{
    return (unsigned char *) mp__locked_tail(&array->data) +
           index * array->data.size;
}

// A new one with `size` bytes behind the header, which are what they were
// before if `*cleared` is false. MP_EINVAL, and as mp__object_new().
int mp__locked_new(void *out, mp__type_t type, mp__shape_t shape, size_t size,
                   const mp_value_options_t *options, bool *cleared);
// The options of a caller, checked. MP_EINVAL, MP_ENOTSUP.
int mp__locked_options(mp_value_options_t *copy,
                       const mp_value_options_t *options, size_t size);
// Gives a raw one a lock. MP_ESTATE.
int mp__locked_synchronize(mp__locked_t *data,
                           const mp_value_options_t *options);
int mp__locked_hold(mp__locked_t *data, mp__type_t type);

// ---- the lock, for the user ----

int mp__locked_acquire(mp__locked_t *data, int64_t timeout_ms);
int mp__locked_release(mp__locked_t *data);
mp_rlock_t *mp__locked_rlock(mp__locked_t *data);
mp_lock_t *mp__locked_lock(mp__locked_t *data);

// ---- the lock, for moments ----

int mp__locked_enter_slow(mp__locked_t *data);
void mp__locked_leave_slow(mp__locked_t *data);

// 0, MP_OWNERDIED, or an error.
static inline int mp__locked_enter(mp__locked_t *data)
{
    if (data->how == MP__HOW_OWN) {
        uint32_t token = mp__token();
        if (token != 0 && mp__word_try(&data->lock.own.word, token)) {
            return 0;
        }
    }
    return data->how == MP__HOW_RAW ? 0 : mp__locked_enter_slow(data);
}

static inline void mp__locked_leave(mp__locked_t *data)
{
    if (data->how == MP__HOW_OWN &&
        atomic_load_explicit(&data->lock.own.thread, memory_order_relaxed) ==
            0) {
        (void) mp__word_release(&data->lock.own.word);
    } else if (data->how != MP__HOW_RAW) {
        mp__locked_leave_slow(data);
    }
}

#endif
