// SPDX-License-Identifier: Apache-2.0
// Rounds: in each of them every row runs for about the same time, in an order
// that changes from round to round, so that what the machine does meanwhile
// meets all rows alike.
#ifndef BENCH_PROCESS_MEASURE_H
#define BENCH_PROCESS_MEASURE_H

#include <stdbool.h>

#include "bench/process/figures.h"

struct plan {
    unsigned rounds;
    unsigned slot_ms; // how long a row runs in a round, about
    const char *rows; // names with commas between, NULL for all
};

// Whether the plan has the row of this name.
bool measure_wants(const struct plan *plan, const char *name);

// Measures under one size. 0, or -1 after saying why.
int measure(struct figures *figures, const struct plan *plan, unsigned size_mb);

#endif
