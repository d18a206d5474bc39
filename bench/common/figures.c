// SPDX-License-Identifier: Apache-2.0
#include "bench/common/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/common/stats.h"

// isnan() of some C libraries does not pass without a warning.
static bool is_number(double value)
{
    return value >= 0 || value < 0;
}

static int add_quantity(struct figures *figures, const struct row *row,
                        size_t quantity)
{
    if (figures->count == FIGURES_MAX) {
        return row_fail("too many rows", 0);
    }
    double *rounds = calloc(figures->rounds, sizeof(*rounds));
    if (rounds == NULL) {
        return row_fail("out of memory", 0);
    }
    for (unsigned i = 0; i < figures->rounds; i++) {
        rounds[i] = (double) NAN;
    }
    struct figure *figure = &figures->items[figures->count++];
    *figure = (struct figure){.row = row,
                              .quantity = quantity,
                              .unit = figures->bench->unit,
                              .rounds = rounds};
    const char *suffix = "";
    if (row->fill != NULL) {
        figure->unit = row->quantities[quantity].unit;
        suffix = row->quantities[quantity].suffix;
    }
    snprintf(figure->name, sizeof(figure->name), "%s%s", row->name, suffix);
    return 0;
}

int figures_add(struct figures *figures, const struct row *row)
{
    size_t count = row->fill == NULL ? 1 : row->quantity_count;
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        r = add_quantity(figures, row, i);
    }
    return r;
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++) {
        free(figures->items[i].rounds);
    }
    figures->count = 0;
}

const struct figure *figures_find(const struct figures *figures,
                                  const char *name)
{
    for (size_t i = 0; i < figures->count; i++) {
        if (strcmp(figures->items[i].name, name) == 0) {
            return &figures->items[i];
        }
    }
    return NULL;
}

double figures_median(const struct figures *figures, const struct figure *of)
{
    double values[FIGURES_ROUNDS_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < figures->rounds; i++) {
        if (is_number(of->rounds[i])) {
            values[count++] = of->rounds[i];
        }
    }
    return bench_median(values, count);
}

double figures_ratio(const struct figures *figures, const struct figure *of,
                     const struct figure *to)
{
    double values[FIGURES_ROUNDS_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < figures->rounds; i++) {
        double ratio = of->rounds[i] / to->rounds[i];
        if (is_number(ratio)) {
            values[count++] = ratio;
        }
    }
    return bench_median(values, count);
}
