// SPDX-License-Identifier: Apache-2.0
// What was measured, row by row and round by round, and what is made of it.
#ifndef BENCH_COMMON_FIGURES_H
#define BENCH_COMMON_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/common/row.h"

#define FIGURES_MAX 192
#define FIGURES_ROUNDS_MAX 1000
#define FIGURE_NAME_MAX 48

// One quantity of one row under one setting.
struct figure {
    char name[FIGURE_NAME_MAX];
    const struct row *row;
    size_t quantity; // of the row; the others of it are beside this one
    const char *unit;
    unsigned count; // how often it was done in each round
    double *rounds; // by round; NaN where the row did not run
};

// All of them under one setting.
struct figures {
    const struct bench *bench;
    struct setting setting;
    unsigned rounds;
    size_t count;
    struct figure items[FIGURES_MAX];
};

// Adds a row. 0, or -1 after saying why.
int figures_add(struct figures *figures, const struct row *row);
void figures_free(struct figures *figures);

// NULL if there is none of this name.
const struct figure *figures_find(const struct figures *figures,
                                  const char *name);

// The median over the rounds.
double figures_median(const struct figures *figures, const struct figure *of);
// The median of the ratios within each round.
double figures_ratio(const struct figures *figures, const struct figure *of,
                     const struct figure *to);

#endif
