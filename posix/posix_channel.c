// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <sys/socket.h>

#include "platform/fail.h"

#define PAUSE_NS 10000000

// What a transfer waits for.
typedef struct wait {
    const mp_plat_child_t *other;
    short events;
    int64_t deadline;
    bool gone; // the other process has ended; what it sent may be unread
} wait_t;

// 1 when the channel is ready or the other process has ended, 0 after the
// deadline, -1 with errno. Where the handle of its end says more than is true,
// only the channel is waited for, for a moment.
static int wait_for_other(wait_t *wait)
{
    const mp_plat_child_t *other = wait->other;
    bool watched = other->end != MP_PLAT_NONE && other->end != other->channel;

    for (;;) {
        struct pollfd rows[] = {
            {.fd = (int) other->channel, .events = wait->events},
            {.fd = watched ? (int) other->end : -1, .events = POLLIN}};
        int64_t until = watched ? mp_posix_next_look(other, wait->deadline)
                                : wait->deadline;
        int ready = mp_posix_poll_rows(rows, 2, until);
        if (ready < 0 || rows[0].revents != 0) {
            return ready;
        }
        bool ended = rows[1].revents != 0;
        wait->gone = watched && mp_posix_watch_ended(other, ended);
        if (wait->gone) {
            return 1;
        }
        int64_t now = mp_plat_now();
        if (wait->deadline != MP_PLAT_NEVER && now >= wait->deadline) {
            return 0;
        }
        if (ended) {
            (void) mp_posix_poll(rows[0].fd, wait->events, now + PAUSE_NS);
        }
    }
}

static int closed(int64_t deadline)
{
    return deadline == MP_PLAT_AT_ONCE
               ? MP_EEOF
               : mp__fail(MP_EEOF, 0, "the start channel is closed");
}

// After a transfer that went nowhere: 0 to try again, or the code to return.
static int wait_to_retry(wait_t *wait)
{
    if (errno == EINTR) {
        return 0;
    }
    if (errno != EAGAIN) {
        return mp_posix_fail(errno, "the start channel");
    }
    if (wait->deadline == MP_PLAT_AT_ONCE) {
        return MP_ETIMEDOUT;
    }
    if (wait->gone) {
        return closed(wait->deadline);
    }
    int ready = wait_for_other(wait);
    if (ready < 0) {
        return mp_posix_fail(errno, "waiting for the start channel");
    }
    return ready > 0 ? 0
                     : mp__fail(MP_ETIMEDOUT, 0,
                                "the other side of the start channel is late");
}

int mp_plat_channel_send(const mp_plat_child_t *other, const void *bytes,
                         size_t size, int64_t deadline)
{
    wait_t wait = {other, POLLOUT, deadline, false};
    const char *rest = bytes;

    while (size > 0) {
        ssize_t done = send((int) other->channel, rest, size,
                            MSG_DONTWAIT | mp_posix_send_flags);
        if (done < 0) {
            int r = wait_to_retry(&wait);
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

int mp_plat_channel_receive(const mp_plat_child_t *other, void *bytes,
                            size_t size, int64_t deadline)
{
    wait_t wait = {other, POLLIN, deadline, false};
    char *rest = bytes;

    while (size > 0) {
        ssize_t done = recv((int) other->channel, rest, size, MSG_DONTWAIT);
        if (done == 0) {
            return closed(deadline);
        }
        if (done < 0) {
            int r = wait_to_retry(&wait);
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
