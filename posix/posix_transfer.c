// SPDX-License-Identifier: Apache-2.0
// Bytes over links. Every call is told not to wait, whatever mode the
// descriptor is in: a forked brother shares that mode and may change it. Only
// one that moved nothing is followed by a poll.
#include "posix/posix_link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define ROW 16
#define STEP_MOST ((size_t) 1 << 30) // Darwin refuses what no int can count
#ifndef PIPE_BUF
#define PIPE_BUF _POSIX_PIPE_BUF
#endif

// What is not yet sent of a row of pieces.
typedef struct rest {
    const mp_plat_piece_t *pieces;
    size_t count;
    size_t gone; // of the first piece
} rest_t;

static void drop_sent(rest_t *rest, size_t size)
{
    rest->gone += size;
    while (rest->count > 0 && rest->gone >= rest->pieces->size) {
        rest->gone -= rest->pieces->size;
        rest->pieces++;
        rest->count--;
    }
}

// The next of it as the system wants it, `most` bytes at the most.
static int gather(const rest_t *rest, struct iovec *row, size_t most)
{
    int used = 0;
    size_t skip = rest->gone;

    for (size_t i = 0; i < rest->count && used < ROW && most > 0; i++) {
        const mp_plat_piece_t *piece = &rest->pieces[i];
        size_t size = piece->size - skip;
        row[used].iov_base = (char *) (intptr_t) piece->bytes + skip;
        row[used].iov_len = size < most ? size : most;
        most -= row[used].iov_len;
        used++;
        skip = 0;
    }
    return used;
}

static ssize_t send_some(int descriptor, const rest_t *rest)
{
    struct iovec row[ROW];
    struct msghdr message = {.msg_iov = row};

    // Its type is another on each system.
    int used = gather(rest, row, STEP_MOST);
    for (int i = 0; i < used; i++) {
        message.msg_iovlen++;
    }
    return sendmsg(descriptor, &message, MSG_DONTWAIT | mp_posix_send_flags);
}

// A pipe has no flags: it takes as much as PIPE_BUF without waiting once it is
// ready.
static ssize_t write_some(int descriptor, const rest_t *rest)
{
    struct iovec row[ROW];

    return mp_posix_quiet_write(descriptor, row, gather(rest, row, PIPE_BUF));
}

// What moves on and on is not stopped by a poll. MP_PLAT_AT_ONCE is: whoever
// does not wait takes all that moves.
static int go_on(int64_t deadline)
{
    return deadline != MP_PLAT_AT_ONCE && deadline != MP_PLAT_NEVER &&
                   mp_plat_now() >= deadline
               ? MP_ETIMEDOUT
               : 0;
}

int mp_plat_link_send(const mp_plat_link_t *link, const mp_plat_piece_t *pieces,
                      size_t count, size_t *sent, int64_t deadline)
{
    int descriptor = (int) link->handle;
    rest_t rest = {pieces, count, 0};
    bool is_pipe = false;
    int r = 0;

    *sent = 0;
    drop_sent(&rest, 0); // empty pieces
    while (rest.count > 0 && r == 0) {
        if (is_pipe) {
            r = mp_posix_link_await(descriptor, POLLOUT, deadline);
            if (r < 0) {
                return r;
            }
        }
        ssize_t done = is_pipe ? write_some(descriptor, &rest)
                               : send_some(descriptor, &rest);
        if (done >= 0) {
            *sent += (size_t) done;
            drop_sent(&rest, (size_t) done);
            r = rest.count > 0 ? go_on(deadline) : 0;
        } else if (errno == ENOTSOCK && !is_pipe) {
            is_pipe = true;
        } else {
            r = mp_posix_link_retry(descriptor, POLLOUT, deadline,
                                    "a message cannot be sent");
        }
    }
    return r;
}

static ssize_t receive_some(int descriptor, char *bytes, size_t size,
                            bool is_pipe)
{
    if (size > STEP_MOST) {
        size = STEP_MOST;
    }
    return is_pipe ? read(descriptor, bytes, size)
                   : recv(descriptor, bytes, size, MSG_DONTWAIT);
}

int mp_plat_link_receive(const mp_plat_link_t *link, void *bytes, size_t size,
                         size_t *received, int64_t deadline)
{
    int descriptor = (int) link->handle;
    bool is_pipe = false;
    int r = 0;

    *received = 0;
    while (*received < size && r == 0) {
        if (is_pipe) {
            r = mp_posix_link_await(descriptor, POLLIN, deadline);
            if (r < 0) {
                return r;
            }
        }
        ssize_t done = receive_some(descriptor, (char *) bytes + *received,
                                    size - *received, is_pipe);
        if (done > 0) {
            *received += (size_t) done;
            r = *received < size ? go_on(deadline) : 0;
        } else if (done == 0) {
            return mp__fail(MP_EEOF, 0, "the other side is closed");
        } else if (errno == ENOTSOCK && !is_pipe) {
            is_pipe = true;
        } else {
            r = mp_posix_link_retry(descriptor, POLLIN, deadline,
                                    "a message cannot be received");
        }
    }
    return r;
}
