// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_QUEUE_GROUPS_H
#define BENCH_QUEUE_GROUPS_H

#include "bench/common/row.h"

extern const struct row_group group_ours;
extern const struct row_group group_limit;
extern const struct row_group group_copy;
extern const struct row_group group_system; // pipes and POSIX message queues
extern const struct row_group group_others; // Boost, nng, ZeroMQ
extern const struct row_group group_mpi;
extern const struct row_group group_cpython;

#endif
