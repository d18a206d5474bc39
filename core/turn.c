// SPDX-License-Identifier: Apache-2.0
#include "core/turn.h"

#include "platform/platform.h"

bool mp__turn_sleep(mp_word_t *turn, uint32_t seen, int64_t deadline)
{
    int64_t slice = mp_plat_now() + MP__SLICE_NS;
    int64_t until = slice < deadline ? slice : deadline;

    mp_plat_sleep(turn, seen, until);
    return mp_plat_now() >= slice;
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
