// SPDX-License-Identifier: Apache-2.0
// Locks inside, for those that are built on them.
#ifndef MP_CORE_LOCK_H
#define MP_CORE_LOCK_H

#include <multiprocessing/lock.h>

#include "core/object.h"
#include "core/word.h"

struct mp_lock {
    mp__object_t head;
    mp_word_t word;
};

// Holder and count are the holder's own: they are read by others only to find
// that they are not theirs.
typedef struct mp__recursive {
    mp_word_t word;
    mp_word_t count; // how often beyond the first time
    _Atomic uint64_t thread;
} mp__recursive_t;

struct mp_rlock {
    mp__object_t head;
    mp__recursive_t lock;
};

// Whether it is one: an RLock, or the own lock of a Value or an Array.
bool mp__rlock_is(const mp_rlock_t *lock);

int mp__recursive_acquire(mp__recursive_t *lock, int64_t deadline);
int mp__recursive_release(mp__recursive_t *lock);
bool mp__recursive_is_mine(const mp__recursive_t *lock);
// Lets go of it, however often it was acquired, and takes it back so.
uint32_t mp__recursive_release_all(mp__recursive_t *lock);
int mp__recursive_acquire_all(mp__recursive_t *lock, uint32_t count);

#endif
