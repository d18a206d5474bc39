// SPDX-License-Identifier: Apache-2.0
// No call of these systems reaches the threads of another process.
#include "platform/shared.h"

const bool mp_plat_has_fences = false;

bool mp_plat_fence_join(void)
{
    return false;
}

bool mp_plat_fence_all(void)
{
    return false;
}
