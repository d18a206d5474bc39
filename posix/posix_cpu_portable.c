// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <unistd.h>

#include "platform/fail.h"

int mp_plat_cpu_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1) {
        return mp__fail(MP_ENOTSUP, 0, "the number of processors is not told");
    }
    return (int) count;
}

// POSIX knows neither affinity nor quotas.
int mp_plat_process_cpu_count(void)
{
    return mp_plat_cpu_count();
}
