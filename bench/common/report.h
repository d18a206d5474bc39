// SPDX-License-Identifier: Apache-2.0
// What is printed: the table and the targets, or both as JSON.
#ifndef BENCH_COMMON_REPORT_H
#define BENCH_COMMON_REPORT_H

#include <stddef.h>

#include "bench/common/figures.h"

// All print to stdout and return 0, or -1 if it could not be written.

// The rows under one setting, each with its ratios.
int report_table(const struct figures *figures);
// What this library aims at, and what it reached.
int report_targets(const struct figures *settings, size_t count);
// The same two as one object a line.
int report_json(const struct figures *figures);
int report_json_targets(const struct figures *settings, size_t count);

#endif
