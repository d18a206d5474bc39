// SPDX-License-Identifier: Apache-2.0
// Conditions inside. Each who waits has an entry of its own, whose state tells
// who it is and whether it was notified, and on which it sleeps. So a
// notification is in a place that names who has it: if that one is dead,
// another takes it over by renaming the entry.
#ifndef MP_CORE_CONDITION_H
#define MP_CORE_CONDITION_H

#include <multiprocessing/condition.h>

#include "core/lock.h"

#define MP__NOTIFIED MP__WORD_WAITERS

typedef struct mp__waiter {
    mp_word_t state; // 0: free, or a token, perhaps MP__NOTIFIED
    mp_word_t since; // who waits longest is notified first
} mp__waiter_t;

struct mp_condition {
    mp__object_t head;
    uint32_t lock; // the user's, the companion; 0: the condition's own
    bool recursive;
    mp__recursive_t own;
    mp_word_t clock; // counts waits
    mp_word_t used;  // waiters above were never used
    uint32_t most;
    mp__waiter_t waiters[];
};

_Static_assert(offsetof(struct mp_condition, lock) ==
                   offsetof(mp__paired_t, companion),
               "the user's lock is the companion");

// An entry for this holder of the lock. MP_ENOSPC.
int mp__condition_enlist(mp_condition_t *condition, uint32_t token,
                         mp__waiter_t **out);
// Sleeps until it is notified. Then the entry, which may be another one now,
// is freed when the wait is over; false: the time is, and it is free already.
bool mp__condition_sleep(mp_condition_t *condition, mp__waiter_t **waiter,
                         uint32_t token, int64_t deadline);
void mp__condition_notify(mp_condition_t *condition, uint32_t count);
void mp__condition_notify_all(mp_condition_t *condition);

#endif
