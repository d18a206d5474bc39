// SPDX-License-Identifier: Apache-2.0
#ifndef MP_POSIX_CGROUP_H
#define MP_POSIX_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#define MP_POSIX_CGROUP_PATH 4352 // room for a path of one of its files

// A place where a group of this process may be: below `root`, which is that of
// cgroup v2 (`unified`) or of one controller of v1. True: that is enough.
typedef bool (*mp_posix_cgroup_fn)(void *context, const char *root,
                                   const char *group, bool unified);
// Shows all groups that limit what `controller` does, until one is enough.
bool mp_posix_cgroup_each(const char *controller, mp_posix_cgroup_fn look,
                          void *context);

// The processors that the quotas of this process's control groups allow,
// rounded up and at least 1; 0 where there is no quota.
int mp_posix_cgroup_cpus(void);

// The oom_kill of memory.events, or of v1's memory.oom_control; -1 if it is not
// there (posix_oom_linux.c).
int64_t mp_posix_oom_kills(const char *text);

#endif
