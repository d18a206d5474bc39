// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_SHM_GROUPS_H
#define BENCH_SHM_GROUPS_H

#include "bench/common/row.h"

// What the names of segments begin with; this process's number follows.
#define SEGMENT_NAME "bench-shm"
#define SEGMENT_NAME_MAX 64
// Writes it into SEGMENT_NAME_MAX bytes, behind `prefix`.
void segment_name(char *name, const char *prefix);

extern const struct row_group group_ours;
extern const struct row_group group_system;
extern const struct row_group group_apr;
extern const struct row_group group_boost;
extern const struct row_group group_cpython;

#endif
