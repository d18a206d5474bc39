// SPDX-License-Identifier: Apache-2.0
#include "core/turn.h"

#include "platform/platform.h"

bool mp__turn_sleep(mp_word_t *turn, uint32_t seen, mp__nap_t *nap,
                    int64_t deadline)
{
    mp_plat_sleep(turn, seen, mp__nap_until(nap, deadline));
    return mp__nap_over(nap, deadline);
}

// The number changes with it, so that who is about to sleep does not.
void mp__turn_next_slow(mp_word_t *turn, int count)
{
    uint32_t seen = atomic_load(turn);

    while ((seen & MP__WORD_WAITERS) != 0) {
        if (atomic_compare_exchange_weak(turn, &seen,
                                         (seen + 1) & ~MP__WORD_WAITERS)) {
            mp_plat_wake(turn, count);
            return;
        }
    }
}
