// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L

#include "bench/common/system.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

// POSIX leaves open what pthread_t is; on Linux and macOS it fits a word.
_Static_assert(sizeof(pthread_t) <= sizeof(uintptr_t), "pthread_t");

int64_t bench_now(void)
{
    struct timespec now = {0, 0};

    (void) clock_gettime(CLOCK_MONOTONIC, &now); // it is there: cannot fail
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

bool bench_is_terminal(FILE *stream)
{
    return isatty(fileno(stream)) == 1;
}

const char *bench_null_device(void)
{
    return "/dev/null";
}

void bench_yield(void)
{
    (void) sched_yield();
}

void bench_sleep_us(unsigned microseconds)
{
    struct timespec time = {.tv_sec = microseconds / 1000000,
                            .tv_nsec = (long) (microseconds % 1000000) * 1000};

    (void) nanosleep(&time, NULL); // a signal may cut it short
}

static void *run_thread(void *argument)
{
    bench_thread_t *thread = argument;

    thread->result = thread->run(thread->argument);
    return NULL;
}

int bench_thread_start(bench_thread_t *thread, int (*run)(const void *argument),
                       const void *argument)
{
    pthread_t id;

    thread->run = run;
    thread->argument = argument;
    thread->result = 0;
    int r = pthread_create(&id, NULL, run_thread, thread);
    if (r != 0) {
        return r;
    }
    thread->handle = (uintptr_t) id;
    return 0;
}

int bench_thread_join(bench_thread_t *thread)
{
    return pthread_join((pthread_t) thread->handle, NULL);
}
