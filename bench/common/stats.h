// SPDX-License-Identifier: Apache-2.0
// What is made of a row of measured times.
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

// The smallest value; infinity of none.
double bench_best(const double *values, size_t count);

// The middle value, the mean of the two middle ones of an even row, infinity
// of none. Sorts the values.
double bench_median(double *values, size_t count);

#endif
