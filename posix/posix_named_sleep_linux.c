// SPDX-License-Identifier: Apache-2.0
// A futex is known by its place in the file, so any shared page will do.
#include "posix/posix_named.h"

void mp_posix_named_prepare(void *page, bool fresh)
{
    (void) page;
    (void) fresh;
}

void mp_plat_named_sleep(const mp_plat_named_t *named, mp_word_t *word,
                         uint32_t value, int64_t deadline)
{
    (void) named;
    mp_plat_sleep(word, value, deadline);
}

void mp_plat_named_wake(const mp_plat_named_t *named, mp_word_t *word,
                        int count)
{
    (void) named;
    mp_plat_wake(word, count);
}
