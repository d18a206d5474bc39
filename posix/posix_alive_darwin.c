// SPDX-License-Identifier: Apache-2.0
// Darwin locks no bytes of shared memory, but tells when a process started.
#include "platform/shared.h"

#include <errno.h>
#include <libproc.h>
#include <signal.h>
#include <string.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <unistd.h>

#include "posix/posix.h"

#define MICROSECONDS UINT64_C(1000000)
#define WITH_ZOMBIES 1 // else these are as if they were not there

static bool ask(int64_t pid, struct proc_bsdinfo *info)
{
    int size = (int) sizeof(*info);
    return proc_pidinfo((pid_t) pid, PROC_PIDTBSDINFO, WITH_ZOMBIES, info,
                        size) == size;
}

static uint64_t start_of(const struct proc_bsdinfo *info)
{
    return info->pbi_start_tvsec * MICROSECONDS + info->pbi_start_tvusec;
}

void mp_plat_life_begin(mp_plat_life_t *life, const mp_plat_memory_t *memory,
                        int index)
{
    struct proc_bsdinfo info;

    (void) memory;
    (void) index;
    life->pid = getpid();
    life->since = ask(life->pid, &info) ? start_of(&info) : MP_PLAT_NOT_TOLD;
}

bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index)
{
    struct proc_bsdinfo info;

    (void) memory;
    (void) index;
    if (!ask(life->pid, &info)) {
        return kill((pid_t) life->pid, 0) < 0 && errno == ESRCH;
    }
    return info.pbi_status == SZOMB ||
           (life->since != MP_PLAT_NOT_TOLD && start_of(&info) != life->since);
}
