// SPDX-License-Identifier: Apache-2.0
// What bench-queue compares and aims at.
#ifndef BENCH_QUEUE_TARGETS_H
#define BENCH_QUEUE_TARGETS_H

#include "bench/common/row.h"

extern const struct comparison targets[];
extern const size_t targets_count;

#endif
