// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_PROCESS_OPTIONS_H
#define BENCH_PROCESS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/process/measure.h"

#define OPTIONS_SIZES_MAX 8

struct options {
    struct plan plan;
    unsigned sizes_mb[OPTIONS_SIZES_MAX];
    size_t size_count;
    const char *python;
    bool json;
    bool help; // was asked for, and printed
};

// Reads the command line: 0, or -1 after saying what is wrong with it. The
// texts live as long as `argv`.
int options_read(struct options *options, int argc, const char *const *argv);

#endif
