// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "platform/fail.h"

// After a transfer that went nowhere: 0 to try again, or the code to return.
static int wait_to_retry(intptr_t channel, short events, int64_t deadline)
{
    if (errno == EINTR) {
        return 0;
    }
    if (errno != EAGAIN) {
        return mp_posix_fail(errno, "the start channel");
    }
    if (deadline == MP_PLAT_AT_ONCE) {
        return MP_ETIMEDOUT;
    }
    int ready = mp_posix_poll((int) channel, events, deadline);
    if (ready < 0) {
        return mp_posix_fail(errno, "waiting for the start channel");
    }
    return ready > 0 ? 0
                     : mp__fail(MP_ETIMEDOUT, 0,
                                "the other side of the start channel is late");
}

int mp_plat_channel_send(intptr_t channel, const void *bytes, size_t size,
                         int64_t deadline)
{
    const char *rest = bytes;

    while (size > 0) {
        ssize_t done =
            send((int) channel, rest, size, MSG_DONTWAIT | mp_posix_send_flags);
        if (done < 0) {
            int r = wait_to_retry(channel, POLLOUT, deadline);
            if (r < 0) {
                return r;
            }
            continue;
        }
        rest += done;
        size -= (size_t) done;
    }
    return 0;
}

int mp_plat_channel_receive(intptr_t channel, void *bytes, size_t size,
                            int64_t deadline)
{
    char *rest = bytes;

    while (size > 0) {
        ssize_t done = recv((int) channel, rest, size, MSG_DONTWAIT);
        if (done == 0) {
            return deadline == MP_PLAT_AT_ONCE
                       ? MP_EEOF
                       : mp__fail(MP_EEOF, 0, "the start channel is closed");
        }
        if (done < 0) {
            int r = wait_to_retry(channel, POLLIN, deadline);
            if (r < 0) {
                return r;
            }
            continue;
        }
        rest += done;
        size -= (size_t) done;
    }
    return 0;
}
