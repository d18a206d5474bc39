// SPDX-License-Identifier: Apache-2.0
#include "platform/shared.h"

#include "win32/win32.h"

// Nothing is forked.
_Alignas(8) unsigned char mp_plat_wiped[MP_PLAT_WIPED_SIZE];

static const char not_told;

const char *mp_plat_single_threaded = &not_told;

uint64_t mp_plat_thread_number(void)
{
    return GetCurrentThreadId();
}
