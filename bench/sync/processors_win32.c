// SPDX-License-Identifier: Apache-2.0
#include "bench/sync/processors.h"

#include <windows.h>

#include "bench/common/row.h"

const bool processors_can_limit = true;

static DWORD_PTR all;

int processors_limit(void)
{
    DWORD_PTR system = 0;

    if (!GetProcessAffinityMask(GetCurrentProcess(), &all, &system)) {
        return row_fail("GetProcessAffinityMask", 0);
    }
    // The lowest bit that is set.
    if (!SetProcessAffinityMask(GetCurrentProcess(), all & (~all + 1))) {
        return row_fail("SetProcessAffinityMask", 0);
    }
    return 0;
}

void processors_restore(void)
{
    if (all != 0) {
        (void) SetProcessAffinityMask(GetCurrentProcess(), all);
    }
    all = 0;
}

void processors_share(void)
{
    // Children have no more than others here.
}
