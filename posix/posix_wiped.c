// SPDX-License-Identifier: Apache-2.0
// What a process knows of itself must not be believed by its forked children,
// also those that were made behind the library's back: by a clone() of the
// program's own, which runs no handler of pthread_atfork().
#include "platform/shared.h"

#include <string.h>

#include "posix/posix.h"

#define WHOLE 4096 // the system wipes whole pages, larger ones not at all

_Alignas(WHOLE) unsigned char mp_plat_wiped[WHOLE];

// Before main(), with the handlers of forks.
__attribute__((constructor)) static void prepare(void)
{
    mp_posix_wipe_on_fork(mp_plat_wiped, WHOLE);
}

// In a forked child. Where the system has wiped it, this writes nothing.
void mp_posix_wiped_forked(void)
{
    static const unsigned char zeros[MP_PLAT_WIPED_SIZE];

    if (memcmp(mp_plat_wiped, zeros, MP_PLAT_WIPED_SIZE) != 0) {
        memset(mp_plat_wiped, 0, MP_PLAT_WIPED_SIZE);
    }
}

// The address of something of its own tells a thread from all others.
uint64_t mp_plat_thread_number(void)
{
    static _Thread_local char own;

    return (uint64_t) (uintptr_t) &own;
}
