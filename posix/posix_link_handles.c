// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

// Of one message; Linux sends 253. Descriptors for which there is no room would
// stay open unseen on systems of the BSD line.
#define RECEIVED_MOST 512

// One byte of data, and room for descriptors beside it.
typedef struct parcel {
    unsigned char number;
    struct iovec row;
    struct msghdr message;
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(RECEIVED_MOST * sizeof(int))];
} parcel_t;

static void parcel_init(parcel_t *parcel, size_t count)
{
    memset(parcel, 0, sizeof(*parcel));
    parcel->row = (struct iovec){&parcel->number, 1};
    parcel->message.msg_iov = &parcel->row;
    parcel->message.msg_iovlen = 1;
    parcel->message.msg_control = parcel->room;
    parcel->message.msg_controllen = CMSG_SPACE(count * sizeof(int));
}

static int check(const mp_plat_link_t *link, size_t count)
{
    if (count == 0 || count > MP_PLAT_SENT_HANDLES_MOST) {
        return mp__fail(MP_EINVAL, 0, "%zu handles at once", count);
    }
    return link->local
               ? 0
               : mp__fail(MP_ENOTSUP, 0, "handles stay on their machine");
}

// ---- sending ----

static void pack(parcel_t *parcel, const intptr_t *handles, size_t count)
{
    struct cmsghdr *header = (struct cmsghdr *) (void *) parcel->room;

    parcel->number = (unsigned char) count;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    for (size_t i = 0; i < count; i++) {
        int descriptor = (int) handles[i];
        memcpy(CMSG_DATA(header) + i * sizeof(int), &descriptor, sizeof(int));
    }
}

static int send_failed(int descriptor, int64_t deadline)
{
    switch (errno) {
    case EBADF:
        return mp__fail(MP_EINVAL, errno, "a descriptor is not open");
    case ENOTSOCK:
        return mp__fail(MP_ENOTSUP, errno, "no handles go over a pipe");
    case ETOOMANYREFS: // more of this user's are on their way than he may have
        return mp__fail(MP_EMFILE, errno, "handles cannot be sent");
    default:
        return mp_posix_link_retry(descriptor, POLLOUT, deadline,
                                   "handles cannot be sent");
    }
}

int mp_plat_link_send_handles(const mp_plat_link_t *link,
                              const intptr_t *handles, size_t count,
                              int64_t deadline)
{
    int descriptor = (int) link->handle;
    parcel_t parcel;

    int r = check(link, count);
    if (r < 0) {
        return r;
    }
    parcel_init(&parcel, count);
    pack(&parcel, handles, count);
    while (sendmsg(descriptor, &parcel.message,
                   MSG_DONTWAIT | mp_posix_send_flags) < 0) {
        r = send_failed(descriptor, deadline);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

// ---- receiving ----

// All descriptors that came.
typedef struct yield {
    int row[RECEIVED_MOST + 1];
    size_t count;
} yield_t;

static void unpack_one(yield_t *yield, struct cmsghdr *header)
{
    size_t size = (size_t) header->cmsg_len - CMSG_LEN(0);

    for (size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
        memcpy(&yield->row[yield->count], CMSG_DATA(header) + at, sizeof(int));
        yield->count++;
    }
}

static void unpack(yield_t *yield, struct msghdr *message)
{
    yield->count = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level == SOL_SOCKET &&
            header->cmsg_type == SCM_RIGHTS) {
            unpack_one(yield, header);
        }
    }
}

static void close_all(yield_t *yield)
{
    for (size_t i = 0; i < yield->count; i++) {
        if (yield->row[i] >= 0) {
            (void) close(yield->row[i]);
        }
    }
    yield->count = 0;
}

// One try, with the lock held so that what a start of the library's copies is
// close-on-exec. What recvmsg() returns, with errno.
static ssize_t receive_locked(int descriptor, parcel_t *parcel, yield_t *yield)
{
    parcel_init(parcel, RECEIVED_MOST);
    ssize_t done = recvmsg(descriptor, &parcel->message,
                           MSG_DONTWAIT | mp_posix_receive_flags);
    if (done < 0) {
        yield->count = 0;
        return done;
    }
    unpack(yield, &parcel->message);
    for (size_t i = 0; mp_posix_receive_flags == 0 && i < yield->count; i++) {
        (void) fcntl(yield->row[i], F_SETFD, FD_CLOEXEC);
    }
    return done;
}

static int receive_failed(int descriptor, int64_t deadline)
{
    switch (errno) {
    case ENOTSOCK:
        return mp__fail(MP_ENOTSUP, errno, "no handles go over a pipe");
    case EMSGSIZE: // systems of the BSD line, which leave the byte there
        return mp__fail(MP_EPROTO, errno,
                        "there are no free descriptors for what came");
    default:
        return mp_posix_link_retry(descriptor, POLLIN, deadline,
                                   "handles cannot be received");
    }
}

static int receive_parcel(int descriptor, parcel_t *parcel, yield_t *yield,
                          int64_t deadline)
{
    for (;;) {
        mp_posix_lock();
        ssize_t done = receive_locked(descriptor, parcel, yield);
        int os_code = errno;
        mp_posix_unlock();
        if (done > 0) {
            return 0;
        }
        if (done == 0) {
            return mp__fail(MP_EEOF, 0, "the other side is closed");
        }
        errno = os_code;
        int r = receive_failed(descriptor, deadline);
        if (r < 0) {
            return r;
        }
    }
}

static int judge(const parcel_t *parcel, const yield_t *yield, size_t count)
{
    if ((parcel->message.msg_flags & MSG_CTRUNC) != 0) {
        return mp__fail(MP_EMFILE, 0,
                        "%zu handles were sent, %zu could be received",
                        (size_t) parcel->number, yield->count);
    }
    if (yield->count != count || parcel->number != count) {
        return mp__fail(MP_EPROTO, 0, "%zu handles came instead of %zu",
                        yield->count, count);
    }
    return 0;
}

static int hand_out(yield_t *yield, intptr_t *handles)
{
    for (size_t i = 0; i < yield->count; i++) {
        int r = mp_posix_link_raise(&yield->row[i]);
        if (r < 0) {
            return r;
        }
    }
    for (size_t i = 0; i < yield->count; i++) {
        handles[i] = yield->row[i];
    }
    return 0;
}

int mp_plat_link_receive_handles(const mp_plat_link_t *link, intptr_t *handles,
                                 size_t count, int64_t deadline)
{
    parcel_t parcel;
    yield_t yield = {.count = 0};

    int r = check(link, count);
    if (r == 0) {
        r = receive_parcel((int) link->handle, &parcel, &yield, deadline);
    }
    if (r == 0) {
        r = judge(&parcel, &yield, count);
    }
    if (r == 0) {
        r = hand_out(&yield, handles);
    }
    if (r < 0) {
        close_all(&yield);
    }
    return r;
}
