// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>

#include "platform/fail.h"
#include "platform/shared.h"

// Processors come in groups of up to 64.
int mp_plat_cpu_count(void)
{
    SYSTEM_INFO system;

    DWORD count = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    if (count > 0) {
        return (int) count;
    }
    GetSystemInfo(&system); // knows one group, and what Wine knows
    if (system.dwNumberOfProcessors == 0) {
        return mp__fail(MP_ENOTSUP, 0, "the number of processors is not known");
    }
    return (int) system.dwNumberOfProcessors;
}

static int bits_of(DWORD_PTR mask)
{
    int count = 0;

    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

// The processors of the groups in which this process has threads. Beyond one
// group Windows keeps no mask for a whole process, only for its threads.
static int count_in_groups(void)
{
    USHORT groups[64];
    USHORT count = 64;
    DWORD processors = 0;

    if (!GetProcessGroupAffinity(GetCurrentProcess(), &count, groups)) {
        return 0;
    }
    for (USHORT i = 0; count > 1 && i < count; i++) {
        processors += GetActiveProcessorCount(groups[i]);
    }
    return (int) processors;
}

int mp_plat_process_cpu_count(void)
{
    DWORD_PTR process = 0;
    DWORD_PTR machine = 0;

    int count = count_in_groups();
    if (count > 0) {
        return count;
    }
    if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &machine) ||
        process == 0) {
        return mp_plat_cpu_count();
    }
    return bits_of(process);
}

void mp_plat_yield(void)
{
    (void) SwitchToThread();
}

// A process in several groups of processors has no mask, and many of them.
int mp_plat_processors(void)
{
    DWORD_PTR process = 0;
    DWORD_PTR machine = 0;

    if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &machine) ||
        process == 0) {
        return 64;
    }
    return bits_of(process);
}
