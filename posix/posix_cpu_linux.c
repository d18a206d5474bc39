// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix_cgroup.h"

#define CPUS_MOST 65536

int mp_plat_cpu_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1) {
        return mp__fail(MP_ENOTSUP, 0, "the number of processors is not told");
    }
    return (int) count;
}

// The processors of the affinity mask, or -1: the kernel refuses a set that is
// smaller than its own.
static int affinity(void)
{
    for (size_t cpus = CPU_SETSIZE; cpus <= CPUS_MOST; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        size_t size = CPU_ALLOC_SIZE(cpus);
        if (set == NULL) {
            return -1;
        }
        int r = sched_getaffinity(0, size, set);
        int count = r == 0 ? CPU_COUNT_S(size, set) : -1;
        int os_code = errno;
        CPU_FREE(set);
        if (r == 0 || os_code != EINVAL) {
            return count;
        }
    }
    return -1;
}

int mp_plat_process_cpu_count(void)
{
    int count = affinity();
    if (count < 1) {
        count = mp_plat_cpu_count();
    }
    int quota = mp_posix_cgroup_cpus();
    return quota > 0 && count > quota ? quota : count;
}
