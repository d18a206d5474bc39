// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "platform/fail.h"
#include "platform/shared.h"

#define KNOWN_NS INT64_C(100000000)

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

void mp_plat_yield(void)
{
    (void) sched_yield();
}

// Some systems read a file for that, so what they said is good for a while.
int mp_plat_processors(void)
{
    static atomic_int known;
    static _Atomic int64_t until;

    int64_t now = mp_plat_now();
    if (now >= atomic_load_explicit(&until, memory_order_relaxed)) {
        long count = sysconf(_SC_NPROCESSORS_ONLN);
        atomic_store(&known, count < 1 ? 1 : (int) count);
        atomic_store(&until, now + KNOWN_NS);
    }
    return atomic_load(&known);
}
