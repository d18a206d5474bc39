// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#define SLICE_NS 250000000

const int mp_posix_maxrss_unit = 1024;

int mp_posix_watch_prepare(mp_posix_ends_t *ends)
{
    return mp_posix_death_prepare(ends);
}

int mp_posix_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends)
{
    return mp_posix_death_watch_child(child, ends);
}

int mp_plat_parent_watch(mp_plat_child_t *parent)
{
    return mp_posix_death_watch_parent(parent);
}

int mp_posix_watch_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage)
{
    return mp_posix_death_collect(child, status, usage);
}

int mp_posix_watch_signal(const mp_plat_child_t *child, int number)
{
    return mp_posix_death_signal(child, number);
}

bool mp_posix_watch_ended(const mp_plat_child_t *process, bool ready)
{
    (void) ready;
    return mp_posix_death_ended(process);
}

int64_t mp_posix_watch_slice(const mp_plat_child_t *process)
{
    (void) process;
    return SLICE_NS;
}
