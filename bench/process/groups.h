// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_PROCESS_GROUPS_H
#define BENCH_PROCESS_GROUPS_H

#include "bench/common/row.h"

extern const struct row_group group_ours;
extern const struct row_group group_raw;
extern const struct row_group group_apr;
extern const struct row_group group_libuv;
extern const struct row_group group_cpython;

#endif
