// SPDX-License-Identifier: Apache-2.0
// What the examples need of a system beside the library: a clock, and a nap.
#ifndef EXAMPLES_PORTABLE_H
#define EXAMPLES_PORTABLE_H

#ifdef _WIN32

#include <windows.h>

static inline double seconds_now(void)
{
    LARGE_INTEGER now;
    LARGE_INTEGER frequency;

    (void) QueryPerformanceCounter(&now);
    (void) QueryPerformanceFrequency(&frequency);
    return (double) now.QuadPart / (double) frequency.QuadPart;
}

static inline void nap(int ms)
{
    Sleep((DWORD) ms);
}

#else

#include <time.h>

static inline double seconds_now(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now); // it is there: cannot fail
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static inline void nap(int ms)
{
    struct timespec time = {ms / 1000, (long) (ms % 1000) * 1000000};

    (void) nanosleep(&time, NULL);
}

#endif

#endif
