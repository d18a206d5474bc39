// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

void mp_plat_memory_begin(void)
{
}

bool mp_plat_memory_ran_out(void)
{
    return false;
}
