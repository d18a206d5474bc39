// SPDX-License-Identifier: Apache-2.0
#include "bench/common/stats.h"

#include <math.h>
#include <stdlib.h>

double bench_best(const double *values, size_t count)
{
    double best = (double) INFINITY;

    for (size_t i = 0; i < count; i++) {
        if (values[i] < best) {
            best = values[i];
        }
    }
    return best;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *) left;
    double b = *(const double *) right;

    return (a > b) - (a < b);
}

double bench_median(double *values, size_t count)
{
    if (count == 0) {
        return (double) INFINITY;
    }
    qsort(values, count, sizeof(*values), by_value);
    if (count % 2 == 1) {
        return values[count / 2];
    }
    return (values[count / 2 - 1] + values[count / 2]) / 2;
}
