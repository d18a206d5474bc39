// SPDX-License-Identifier: Apache-2.0
// All who sleep on a page wait at one bell in it. A ring that nobody heard is
// heard by who waits next, and then looks at the word once more than needed.
#include "platform/bell.h"
#include "posix/posix_named.h"

#define BELL 0 // its number, which has no meaning here

_Static_assert(sizeof(mp_plat_bell_t) <= MP_PLAT_NAMED_ROOM,
               "a bell has room in a page");

static mp_plat_bell_t *bell_of(void *page)
{
    char *bytes = page;
    void *room = bytes + MP_PLAT_NAMED_SIZE - MP_PLAT_NAMED_ROOM;
    return room;
}

void mp_posix_named_prepare(void *page, bool fresh)
{
    mp_plat_bell_prepare(0);
    if (fresh) {
        mp_plat_bell_silence(bell_of(page), BELL);
    }
}

void mp_plat_named_sleep(const mp_plat_named_t *named, mp_word_t *word,
                         uint32_t value, int64_t deadline)
{
    if (atomic_load(word) == value) {
        mp_plat_bell_wait(bell_of(named->page), BELL, deadline);
    }
}

void mp_plat_named_wake(const mp_plat_named_t *named, mp_word_t *word,
                        int count)
{
    (void) word;
    (void) count;
    mp_plat_bell_ring(bell_of(named->page), BELL);
}
