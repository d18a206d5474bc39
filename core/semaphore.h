// SPDX-License-Identifier: Apache-2.0
// Semaphores inside. A plain one is a word: its value, and a bit that says that
// somebody sleeps on it. An owned one is a row of units, each 0 or the token of
// who has it, and a word to sleep on.
#ifndef MP_CORE_SEMAPHORE_H
#define MP_CORE_SEMAPHORE_H

#include <multiprocessing/semaphore.h>

#include "core/object.h"
#include "core/word.h"

struct mp_semaphore {
    mp__object_t head;
    mp_word_t word;  // the value, or of an owned one the turn (core/turn.h)
    uint32_t most;   // of the value
    uint32_t units;  // of an owned one; 0: it is not
    bool bounded;    // more is a mistake of the caller's, not of a count
    mp_word_t row[]; // the units of an owned one
};

// 0, MP_OWNERDIED, MP_ETIMEDOUT (not recorded).
int mp__units_acquire(mp_semaphore_t *semaphore, uint32_t token,
                      int64_t deadline);
// Releases `count` units of the token's, all or none: MP_ESTATE.
int mp__units_release(mp_semaphore_t *semaphore, uint32_t token,
                      uint32_t count);
uint32_t mp__units_free(const mp_semaphore_t *semaphore);

#endif
