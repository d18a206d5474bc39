// SPDX-License-Identifier: Apache-2.0
#ifndef MP_POSIX_CGROUP_H
#define MP_POSIX_CGROUP_H

// The processors that the quotas of this process's control groups allow,
// rounded up and at least 1; 0 where there is no quota.
int mp_posix_cgroup_cpus(void);

#endif
