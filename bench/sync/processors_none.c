// SPDX-License-Identifier: Apache-2.0
// Systems where a process cannot choose: macOS, and others that are not Linux.
#include "bench/sync/processors.h"

#include "bench/common/row.h"

const bool processors_can_limit = false;

int processors_limit(void)
{
    return row_fail("this system does not limit a process to a processor", 0);
}

void processors_restore(void)
{
}

void processors_share(void)
{
    // Children have no more than others here.
}
