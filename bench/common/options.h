// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_COMMON_OPTIONS_H
#define BENCH_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/common/measure.h"

#define OPTIONS_SETTINGS_MAX 16

struct options {
    struct plan plan;
    struct setting settings[OPTIONS_SETTINGS_MAX];
    size_t setting_count;
    const char *python;
    bool json;
    bool help; // was asked for, and printed
};

// Reads the command line of a bench: 0, or -1 after saying what is wrong with
// it. The texts live as long as `argv`.
int options_read(struct options *options, const struct bench *bench, int argc,
                 const char *const *argv);

// A whole number from 1 to `max`, and nothing behind it: 0 or -1.
int options_number(const char *text, unsigned long max, unsigned *number);

#endif
