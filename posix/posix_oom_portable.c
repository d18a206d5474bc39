// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

void mp_plat_oom_begin(void)
{
}

bool mp_plat_oom_seen(void)
{
    return false;
}
