// SPDX-License-Identifier: Apache-2.0
#include "bench/common/progress.h"

#include <stdarg.h>
#include <stdio.h>

#include "bench/common/system.h"

#define INTERVAL_NS (1000000000 / 20)
#define WIDTH_MAX 79

void bench_progress_show(bench_progress_t *progress, const char *format, ...)
{
    char line[WIDTH_MAX + 1];
    va_list values;
    int64_t now = bench_now();

    if (!bench_is_terminal(stderr) ||
        (progress->width > 0 && now - progress->shown < INTERVAL_NS)) {
        return;
    }
    va_start(values, format);
    int width = vsnprintf(line, sizeof(line), format, values);
    va_end(values);
    if (width < 0) {
        return;
    }
    width = width > WIDTH_MAX ? WIDTH_MAX : width;
    // Spaces hide the rest of a longer line: older consoles of Windows know no
    // escape sequence for it.
    (void) fprintf(stderr, "\r%-*s", progress->width, line);
    (void) fflush(stderr);
    progress->width = width;
    progress->shown = now;
}

void bench_progress_clear(bench_progress_t *progress)
{
    if (progress->width > 0) {
        (void) fprintf(stderr, "\r%*s\r", progress->width, "");
        (void) fflush(stderr);
        progress->width = 0;
    }
}
