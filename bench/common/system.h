// SPDX-License-Identifier: Apache-2.0
// The few things the benchmarks need of a system beyond APR: the clock, the
// terminal, and the raw threads that processes are compared with.
// system_posix.c and system_win32.c have the same functions.
#ifndef BENCH_SYSTEM_H
#define BENCH_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Nanoseconds on the monotonic clock, since some fixed moment.
int64_t bench_now(void);

// Whether a person may be looking at this stream.
bool bench_is_terminal(FILE *stream);

// The file that swallows what is written to it.
const char *bench_null_device(void);

// Gives the processor away for a moment; sleeps for about that long.
void bench_yield(void);
void bench_sleep_us(unsigned microseconds);

// A thread made by the system itself: pthread_create or CreateThread. The
// caller keeps the struct where it is until the join.
typedef struct bench_thread {
    int (*run)(const void *argument);
    const void *argument;
    int result; // what `run` returned, after the join
    uintptr_t handle;
} bench_thread_t;

// Both return 0 or the system's error code.
int bench_thread_start(bench_thread_t *thread, int (*run)(const void *argument),
                       const void *argument);
int bench_thread_join(bench_thread_t *thread);

#endif
