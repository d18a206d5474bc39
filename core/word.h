// SPDX-License-Identifier: Apache-2.0
// A lock in one word of the arena: 0, or the token of its holder, and a bit
// that says that somebody sleeps on it. Nothing else is known of it, so there
// is nothing that a holder, a waiter or a waker could leave half done:
//
// - a holder that dies is found dead by who waits, and its word is taken over;
// - a waiter that dies was in no list;
// - a wake that dies with its waker or its sleeper is made up for by the
// others,
//   who look again every quarter of a second.
#ifndef MP_CORE_WORD_H
#define MP_CORE_WORD_H

#include <multiprocessing/errors.h>

#include "core/member.h"

#define MP__WORD_WAITERS UINT32_C(0x80000000)

MP__SLOW int mp__word_acquire_slow(mp_word_t *word, uint32_t token,
                                   int64_t deadline);
MP__SLOW void mp__word_wake(mp_word_t *word);

static inline bool mp__word_try(mp_word_t *word, uint32_t token)
{
    uint32_t none = 0;

    return atomic_compare_exchange_strong_explicit(
        word, &none, token, memory_order_acquire, memory_order_relaxed);
}

// 0, MP_OWNERDIED, or MP_ETIMEDOUT (not recorded).
static inline int mp__word_acquire(mp_word_t *word, uint32_t token,
                                   int64_t deadline)
{
    return mp__word_try(word, token)
               ? 0
               : mp__word_acquire_slow(word, token, deadline);
}

// Says in the word that there is a sleeper; false if it changed meanwhile.
static inline bool mp__word_announce(mp_word_t *word, uint32_t *seen)
{
    if ((*seen & MP__WORD_WAITERS) != 0) {
        return true;
    }
    if (!atomic_compare_exchange_strong(word, seen, *seen | MP__WORD_WAITERS)) {
        return false;
    }
    *seen |= MP__WORD_WAITERS;
    return true;
}

// What the word was: 0 if it was not locked.
static inline uint32_t mp__word_release(mp_word_t *word)
{
    uint32_t was = atomic_exchange_explicit(word, 0, memory_order_release);

    if ((was & MP__WORD_WAITERS) != 0) {
        mp__word_wake(word);
    }
    return was;
}

#endif
