// SPDX-License-Identifier: Apache-2.0
// Which rows are compared with which, and what this library aims at.
#ifndef BENCH_PROCESS_TARGET_H
#define BENCH_PROCESS_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/process/figures.h"

// A row against a peer in the same rounds.
struct comparison {
    const char *row;
    const char *peer;
    double aim; // the ratio is to be at most this; 0: nothing is aimed at
};

// The comparisons of a row, in the order in which they are printed: the next
// one behind `last` (NULL: the first) whose peer was measured, or NULL.
const struct comparison *target_next(const struct figures *figures,
                                     const char *row,
                                     const struct comparison *last);
double target_ratio(const struct figures *figures,
                    const struct comparison *comparison);

// A comparison that has an aim, or spawn under the largest size of the parent
// against itself under the smallest.
struct target {
    unsigned size_mb;
    const char *row;
    const char *peer;
    unsigned peer_size_mb;
    double aim;
    double reached;
};

#define TARGETS_MAX 128

// Fills `targets`, which has room for TARGETS_MAX, and returns their number.
size_t target_all(struct target *targets, const struct figures *sizes,
                  size_t count);
// Judged by two decimals, as it is printed.
bool target_met(const struct target *target);

#endif
