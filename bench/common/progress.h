// SPDX-License-Identifier: Apache-2.0
// One line on a terminal that says what is measured now. Where stderr is no
// terminal, nothing is written.
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdint.h>

#include <multiprocessing/export.h>

// All zero at first.
typedef struct bench_progress {
    int width;     // of the line that is shown, 0: none
    int64_t shown; // when it was written
} bench_progress_t;

// Replaces the line, at most twenty times a second: call it as often as you
// like, outside of what is measured.
void bench_progress_show(bench_progress_t *progress, const char *format, ...)
    MP_PRINTF(2, 3);

// Takes the line away: call it before writing anything else to the terminal.
void bench_progress_clear(bench_progress_t *progress);

#endif
