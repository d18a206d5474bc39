// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_SYNC_GROUPS_H
#define BENCH_SYNC_GROUPS_H

#include "bench/common/row.h"

extern const struct row_group group_ours;
extern const struct row_group group_limit;
extern const struct row_group group_system; // its own locks
extern const struct row_group group_boost;
extern const struct row_group group_apr;
extern const struct row_group group_whole; // linked as a whole
extern const struct row_group group_cpython;
extern const struct row_group group_event;

#endif
