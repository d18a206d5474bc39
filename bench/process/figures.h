// SPDX-License-Identifier: Apache-2.0
// What was measured, row by row and round by round, and what is made of it.
#ifndef BENCH_PROCESS_FIGURES_H
#define BENCH_PROCESS_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/process/row.h"

#define FIGURES_ROWS_MAX 32
#define FIGURES_ROUNDS_MAX 1000

// One row under one size of the parent.
struct figure {
    const struct row *row;
    unsigned count; // start + joins in each round
    double *rounds; // microseconds of one start + join, by round
};

// All rows under one size of the parent.
struct figures {
    unsigned size_mb;
    unsigned rounds;
    size_t count;
    struct figure items[FIGURES_ROWS_MAX];
};

// Adds a row. 0, or -1 after saying why.
int figures_add(struct figures *figures, const struct row *row);
void figures_free(struct figures *figures);

// NULL if this row was not measured.
const struct figure *figures_find(const struct figures *figures,
                                  const char *name);

// Microseconds: the median over the rounds.
double figures_median(const struct figures *figures, const struct figure *of);
// The median of the ratios within each round.
double figures_ratio(const struct figures *figures, const struct figure *of,
                     const struct figure *to);

#endif
