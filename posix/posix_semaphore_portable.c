// SPDX-License-Identifier: Apache-2.0
// Older systems know the wall's clock only. The wait is short, so little is
// lost when somebody sets that clock back meanwhile, and nothing is missed: a
// semaphore that is posted ends the wait, whatever the clock says.
#include "posix/posix.h"

#include <time.h>

#define NANOSECONDS 1000000000

void mp_posix_semaphore_wait(sem_t *semaphore, int64_t deadline)
{
    struct timespec until;

    int64_t left = deadline - mp_plat_now();
    if (left < 0) {
        left = 0;
    }
    (void) clock_gettime(CLOCK_REALTIME, &until);
    left += until.tv_nsec;
    until.tv_sec += (time_t) (left / NANOSECONDS);
    until.tv_nsec = (long) (left % NANOSECONDS);
    (void) sem_timedwait(semaphore, &until);
}
