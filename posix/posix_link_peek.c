// SPDX-License-Identifier: Apache-2.0
// Taking a message with what stands before it, in one step.
#include "posix/posix_link.h"

#include <errno.h>
#include <poll.h>

#include "platform/fail.h"
#include "posix/posix.h"

int mp_plat_link_peek(const mp_plat_link_t *link, void *bytes, size_t size,
                      size_t *seen)
{
    ssize_t done = -1;

    *seen = 0;
    do {
        done = recv((int) link->handle, bytes, size, MSG_PEEK | MSG_DONTWAIT);
    } while (done < 0 && errno == EINTR);
    if (done > 0) {
        *seen = (size_t) done;
        return 0;
    }
    if (done == 0) {
        return mp__fail(MP_EEOF, 0, "the other side is closed");
    }
    if (errno == ENOTSOCK) {
        return MP_ENOTSUP;
    }
    return errno == EAGAIN
               ? MP_ETIMEDOUT
               : mp_posix_link_fail(errno, "a message cannot be seen");
}

// The part that is not dropped is counted. Some bytes are known to be there.
static int take_first(int descriptor, struct iovec row[2], size_t *received)
{
    struct msghdr message = {.msg_iov = row};
    ssize_t done = -1;

    message.msg_iovlen = 2;
    do {
        done = recvmsg(descriptor, &message, MSG_DONTWAIT);
    } while (done < 0 && errno == EINTR);
    if (done < (ssize_t) row[0].iov_len) {
        return done < 0
                   ? mp_posix_link_fail(errno, "a message cannot be received")
                   : mp__fail(MP_EPROTO, 0,
                              "somebody else reads from the connection");
    }
    *received = (size_t) done - row[0].iov_len;
    return 0;
}

int mp_plat_link_receive_behind(const mp_plat_link_t *link, size_t before,
                                void *bytes, size_t size, size_t *received,
                                int64_t deadline)
{
    char dropped[MP_PLAT_BEFORE_MOST];
    struct iovec row[2] = {
        {.iov_base = dropped, .iov_len = before},
        {.iov_base = bytes, .iov_len = size < (1 << 30) ? size : 1 << 30}};
    size_t more = 0;

    *received = 0;
    int r = take_first((int) link->handle, row, received);
    if (r < 0 || *received == size) {
        return r;
    }
    r = mp_plat_link_receive(link, (char *) bytes + *received, size - *received,
                             &more, deadline);
    *received += more;
    return r;
}
