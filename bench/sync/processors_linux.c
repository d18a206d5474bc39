// SPDX-License-Identifier: Apache-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "bench/sync/processors.h"

#include <errno.h>
#include <sched.h>

#include "bench/common/row.h"

const bool processors_can_limit = true;

static cpu_set_t all;
static bool limited;

int processors_limit(void)
{
    cpu_set_t one;
    int chosen = -1;

    if (sched_getaffinity(0, sizeof(all), &all) < 0) {
        return row_fail("sched_getaffinity", errno);
    }
    // The last one: the first often serves interrupts.
    for (int i = 0; i < CPU_SETSIZE; i++) {
        chosen = CPU_ISSET((size_t) i, &all) ? i : chosen;
    }
    CPU_ZERO(&one);
    CPU_SET((size_t) chosen, &one);
    if (sched_setaffinity(0, sizeof(one), &one) < 0) {
        return row_fail("sched_setaffinity", errno);
    }
    limited = true;
    return 0;
}

void processors_restore(void)
{
    if (limited) {
        (void) sched_setaffinity(0, sizeof(all), &all);
    }
    limited = false;
}

void processors_share(void)
{
    const struct sched_param ordinary = {.sched_priority = 0};

    (void) sched_setscheduler(0, SCHED_OTHER, &ordinary);
}
