// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <time.h>

#define NANOSECONDS 1000000000

int mp_posix_cond_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    int r = pthread_condattr_init(&attributes);
    if (r != 0) {
        return r;
    }
    r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (r == 0) {
        r = pthread_cond_init(condition, &attributes);
    }
    (void) pthread_condattr_destroy(&attributes);
    return r;
}

int mp_posix_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                       int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return pthread_cond_wait(condition, mutex);
    }
    struct timespec until = {.tv_sec = (time_t) (deadline / NANOSECONDS),
                             .tv_nsec = (long) (deadline % NANOSECONDS)};
    return pthread_cond_timedwait(condition, mutex, &until);
}
