// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/system.h>
#include <multiprocessing/version.h>

#include <stdlib.h>

#include "platform/platform.h"

unsigned mp_version(void)
{
    return MP_VERSION;
}

int mp_cpu_count(void)
{
    return mp_plat_cpu_count();
}

int mp_process_cpu_count(void)
{
    return mp_plat_process_cpu_count();
}

void mp_free(void *memory)
{
    free(memory);
}
