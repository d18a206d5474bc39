// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>

#define NANOSECONDS 1000000000

int mp_posix_cond_init(pthread_cond_t *condition)
{
    return pthread_cond_init(condition, NULL);
}

// Darwin's conditions know no clock but the wall's; the relative wait is free
// of it.
int mp_posix_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                       int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return pthread_cond_wait(condition, mutex);
    }
    int64_t left = deadline - mp_plat_now();
    if (left <= 0) {
        return ETIMEDOUT;
    }
    struct timespec time = {.tv_sec = (time_t) (left / NANOSECONDS),
                            .tv_nsec = (long) (left % NANOSECONDS)};
    return pthread_cond_timedwait_relative_np(condition, mutex, &time);
}
