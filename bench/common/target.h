// SPDX-License-Identifier: Apache-2.0
// What a bench compares, and whether it reached what it aims at.
#ifndef BENCH_COMMON_TARGET_H
#define BENCH_COMMON_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/common/figures.h"

// The ratios of a figure to peers, in the order in which they are printed: the
// next one behind `last` (NULL: the first) whose peer was measured, or NULL.
const struct comparison *target_next(const struct figures *figures,
                                     const char *name,
                                     const struct comparison *last);
double target_ratio(const struct figures *figures,
                    const struct comparison *comparison);

// A comparison that has an aim, and what came of it.
struct target {
    const struct figures *figures;
    const struct figures *peer_figures; // the same, unless it is a flat one
    const struct comparison *comparison;
    double reached;
};

#define TARGETS_MAX 256

// Fills `targets`, which has room for TARGETS_MAX, and returns their number.
size_t target_all(struct target *targets, const struct figures *settings,
                  size_t count);
// Judged by two decimals, of aims below 0.1 by three.
bool target_met(const struct target *target);

#endif
