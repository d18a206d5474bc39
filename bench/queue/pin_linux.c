// SPDX-License-Identifier: Apache-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "bench/queue/pin.h"

#include <errno.h>
#include <sched.h>

#include "bench/common/row.h"

const bool pin_works = true;

int pin_to(unsigned which)
{
    cpu_set_t all;
    cpu_set_t chosen;

    if (sched_getaffinity(0, sizeof(all), &all) < 0) {
        return row_fail("sched_getaffinity", errno);
    }
    which %= (unsigned) CPU_COUNT(&all);
    CPU_ZERO(&chosen);
    for (size_t i = 0; CPU_COUNT(&chosen) == 0; i++) {
        if (CPU_ISSET(i, &all) && which-- == 0) {
            CPU_SET(i, &chosen);
        }
    }
    return sched_setaffinity(0, sizeof(chosen), &chosen) < 0
               ? row_fail("sched_setaffinity", errno)
               : 0;
}
