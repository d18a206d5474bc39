// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <time.h>

#define NANOSECONDS 1000000000

void mp_posix_semaphore_wait(sem_t *semaphore, int64_t deadline)
{
    struct timespec until = {.tv_sec = (time_t) (deadline / NANOSECONDS),
                             .tv_nsec = (long) (deadline % NANOSECONDS)};

    (void) sem_clockwait(semaphore, CLOCK_MONOTONIC, &until);
}
