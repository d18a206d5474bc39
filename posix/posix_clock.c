// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#define NANOSECONDS 1000000000
#define NS_PER_MS 1000000

int64_t mp_plat_now(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * NANOSECONDS + now.tv_nsec;
}

// Milliseconds until the deadline, rounded up so that no wait ends early.
static int poll_timeout(int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return -1;
    }
    int64_t now = mp_plat_now();
    if (deadline <= now) {
        return 0;
    }
    int64_t left_ms = (deadline - now - 1) / NS_PER_MS + 1;
    return left_ms > INT_MAX ? INT_MAX : (int) left_ms;
}

int mp_posix_poll(int descriptor, short events, int64_t deadline)
{
    struct pollfd row = {.fd = descriptor, .events = events};

    return mp_posix_poll_rows(&row, 1, deadline);
}

int mp_posix_poll_rows(struct pollfd *rows, nfds_t count, int64_t deadline)
{
    for (;;) {
        int timeout = poll_timeout(deadline);
        int ready = poll(rows, count, timeout);
        if (ready > 0) {
            return 1;
        }
        if (ready < 0 && errno != EINTR) {
            return -1;
        }
        if (ready == 0 && poll_timeout(deadline) == 0) {
            return 0;
        }
    }
}
