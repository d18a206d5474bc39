// SPDX-License-Identifier: Apache-2.0
// The kernel interrupts the processors on which those run who take part.
#include "platform/shared.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

const bool mp_plat_has_fences = true;

static bool membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool mp_plat_fence_join(void)
{
    return membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
}

bool mp_plat_fence_all(void)
{
    return membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED);
}
