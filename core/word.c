// SPDX-License-Identifier: Apache-2.0
#include "core/word.h"

#include "core/pause.h"
#include "platform/platform.h"

#define TRY_EVERY 4 // pauses

void mp__word_wake(mp_word_t *word)
{
    mp_plat_wake(word, 1);
}

// For a moment, in which the word may become free: then true. Each try takes
// the word's cache line away from its holder, so there are pauses between: with
// one after each pause a third less is done, with one after eight, a third
// more, and the lock changes hands less often.
static bool spin(mp_word_t *word, uint32_t token)
{
    mp__pause_t pause = MP__PAUSE_NEW;

    for (int step = 1; mp__pause(&pause); step++) {
        if (step % TRY_EVERY == 0 && mp__word_try(word, token)) {
            return true;
        }
    }
    return false;
}

// Who gives up may have been woken in the place of another sleeper.
static int give_up(mp_word_t *word, bool slept)
{
    uint32_t seen = atomic_load(word);

    while (slept && (seen & MP__WORD_WAITERS) == 0) {
        if (seen == 0) {
            mp__word_wake(word);
            break;
        }
        if (atomic_compare_exchange_strong(word, &seen,
                                           seen | MP__WORD_WAITERS)) {
            break;
        }
    }
    return MP_ETIMEDOUT;
}

// Who slept does not know whether others still do, so it says that they may.
int mp__word_acquire_slow(mp_word_t *word, uint32_t token, int64_t deadline)
{
    mp__nap_t nap = MP__NAP_NEW;
    uint32_t mine = token;
    bool look = false; // ask the system, too, whether the holder lives

    if (deadline == MP_PLAT_AT_ONCE) {
        look = mp__look_due(atomic_load(word) & MP__TOKEN_MASK);
    } else if (spin(word, token)) {
        return 0;
    }
    for (;;) {
        uint32_t seen = atomic_load(word);
        uint32_t holder = seen & MP__TOKEN_MASK;
        bool died = holder != 0 && mp__member_dead(holder, look);
        if ((holder == 0 || died) &&
            atomic_compare_exchange_strong(word, &seen,
                                           mine | (seen & MP__WORD_WAITERS))) {
            return died ? MP_OWNERDIED : 0;
        }
        if (holder == 0 || died) {
            continue;
        }
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return give_up(word, mine != token);
        }
        if (mp__word_announce(word, &seen)) {
            mp_plat_sleep(word, seen, mp__nap_until(&nap, deadline));
            look = mp__nap_over(&nap, deadline);
            mine = token | MP__WORD_WAITERS;
        }
    }
}
