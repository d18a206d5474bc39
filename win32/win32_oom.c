// SPDX-License-Identifier: Apache-2.0
// A process that found no memory says so itself, by its exit status.
#include "win32/win32.h"

void mp_plat_oom_begin(void)
{
}

bool mp_plat_oom_seen(void)
{
    return false;
}
