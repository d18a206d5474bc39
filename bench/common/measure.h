// SPDX-License-Identifier: Apache-2.0
// Rounds: in each of them every row runs for about the same time, in an order
// that changes from round to round, so that what the machine does meanwhile
// meets all rows alike.
#ifndef BENCH_COMMON_MEASURE_H
#define BENCH_COMMON_MEASURE_H

#include <stdbool.h>

#include "bench/common/figures.h"

struct plan {
    unsigned rounds;
    unsigned slot_ms; // how long a row runs in a round, about
    const char *rows; // names with commas between, NULL for all
};

// Measures under one setting; figures->bench tells what. 0, or -1 after saying
// why.
int measure(struct figures *figures, const struct plan *plan,
            const struct setting *setting);

#endif
