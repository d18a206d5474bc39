// SPDX-License-Identifier: Apache-2.0
#include "platform/shared.h"

#include "win32/win32.h"

// Nothing is forked.
void *mp_plat_wiped(void)
{
    static _Alignas(8) unsigned char wiped[MP_PLAT_WIPED_SIZE];

    return wiped;
}

uint64_t mp_plat_thread_number(void)
{
    return GetCurrentThreadId();
}
