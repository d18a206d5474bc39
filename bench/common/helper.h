// SPDX-License-Identifier: Apache-2.0
// A program that measures for this one: it gets one order a line, so that its
// rows are interleaved with the others, "WHAT COUNT", and answers with the
// nanoseconds that COUNT of them took. It takes the time itself, so that the
// order costs nothing. POSIX only.
#ifndef BENCH_COMMON_HELPER_H
#define BENCH_COMMON_HELPER_H

#include <stdint.h>
#include <stdio.h>

struct helper {
    const char *name;
    intptr_t pid;
    FILE *orders;
    FILE *answers;
};

// Starts a program, found in PATH or by its path, and waits until it writes
// "ready". `argv` ends with a NULL. 0, -1, or 1 if it does not start.
int helper_start(struct helper *helper, const char *const *argv);
// Starts a script beside this program by the Python to measure, as
// helper_start(). `argument` may be NULL.
int helper_start_python(struct helper *helper, const char *script,
                        const char *argument);
int helper_ask(struct helper *helper, const char *what, unsigned count,
               int64_t *elapsed);
void helper_stop(struct helper *helper);

#endif
