// SPDX-License-Identifier: Apache-2.0
#include "bench/process/figures.h"

#include <stdlib.h>
#include <string.h>

#include "bench/common/stats.h"

int figures_add(struct figures *figures, const struct row *row)
{
    if (figures->count == FIGURES_ROWS_MAX) {
        return row_fail("too many rows", 0);
    }
    double *rounds = calloc(figures->rounds, sizeof(*rounds));
    if (rounds == NULL) {
        return row_fail("out of memory", 0);
    }
    figures->items[figures->count++] =
        (struct figure){.row = row, .rounds = rounds};
    return 0;
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
        if (strcmp(figures->items[i].row->name, name) == 0) {
            return &figures->items[i];
        }
    }
    return NULL;
}

double figures_median(const struct figures *figures, const struct figure *of)
{
    double values[FIGURES_ROUNDS_MAX];

    memcpy(values, of->rounds, figures->rounds * sizeof(values[0]));
    return bench_median(values, figures->rounds);
}

double figures_ratio(const struct figures *figures, const struct figure *of,
                     const struct figure *to)
{
    double values[FIGURES_ROUNDS_MAX];

    for (unsigned i = 0; i < figures->rounds; i++) {
        values[i] = of->rounds[i] / to->rounds[i];
    }
    return bench_median(values, figures->rounds);
}
