// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_CONNECTION_GROUPS_H
#define BENCH_CONNECTION_GROUPS_H

#include "bench/common/row.h"

// The `number` of a row: whether it is measured with each size of a message, or
// once, under the setting without a size.
enum { ROW_BY_SIZE, ROW_ONCE };

extern const struct row_group group_ours;
extern const struct row_group group_system; // its own sockets and pipes
extern const struct row_group group_apr;
extern const struct row_group group_others; // nng, ZeroMQ
extern const struct row_group group_values;
extern const struct row_group group_pickle;
extern const struct row_group group_clients;
extern const struct row_group group_wait;
extern const struct row_group group_wait_system;
extern const struct row_group group_cpython;

#endif
