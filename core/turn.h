// SPDX-License-Identifier: Apache-2.0
// A word to sleep on for those who wait until something else, in other words of
// the arena, has changed. Who waits reads it, looks, says in it that it is
// going to sleep, looks again, and sleeps while it is as it was. Who changes
// something looks at it afterwards: with nobody asleep that is one load.
#ifndef MP_CORE_TURN_H
#define MP_CORE_TURN_H

#include "core/pause.h"
#include "core/word.h"

// Says that there is a sleeper: the value to sleep on. What is waited for must
// be looked at once more before.
static inline uint32_t mp__turn_announce(mp_word_t *turn)
{
    uint32_t seen = atomic_load(turn);

    if ((seen & MP__WORD_WAITERS) == 0) {
        seen = atomic_fetch_or(turn, MP__WORD_WAITERS) | MP__WORD_WAITERS;
    }
    return seen;
}

// Sleeps, until the nap is over at most, which goes on with the next call if
// something else ended the sleep; true if it is over: then it is time to look
// whether others live.
bool mp__turn_sleep(mp_word_t *turn, uint32_t seen, mp__nap_t *nap,
                    int64_t deadline);

// Something has changed: wakes up to `count`, of which each that is not the
// last to be served announces itself again.
void mp__turn_next_slow(mp_word_t *turn, int count);
static inline void mp__turn_next(mp_word_t *turn, int count)
{
    if ((atomic_load(turn) & MP__WORD_WAITERS) != 0) {
        mp__turn_next_slow(turn, count);
    }
}

#endif
