// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define FIRST_FREE_NUMBER 10 // as for the library's own

int mp_posix_link_raise(int *descriptor)
{
    if (*descriptor > STDERR_FILENO) {
        return 0;
    }
    int higher = fcntl(*descriptor, F_DUPFD_CLOEXEC, FIRST_FREE_NUMBER);
    // EINVAL: the limit of descriptors is below that number.
    int r = higher < 0 ? mp_posix_fail(errno == EINVAL ? EMFILE : errno,
                                       "a descriptor cannot be moved")
                       : 0;
    (void) close(*descriptor);
    *descriptor = higher;
    return r;
}

int mp_posix_link_fail(int os_code, const char *what)
{
    switch (os_code) {
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETRESET:
    case ENETUNREACH:
    case ENOTCONN:
    case ETIMEDOUT:
        return mp__fail(MP_EEOF, os_code, "%s", what);
    default:
        return mp_posix_fail(os_code, what);
    }
}

int mp_posix_link_await(int descriptor, short events, int64_t deadline)
{
    struct pollfd row = {.fd = descriptor, .events = events};
    int ready = mp_posix_poll_rows(&row, 1, deadline);

    if (ready < 0) {
        return mp_posix_fail(errno, "waiting for another process");
    }
    if (ready > 0 && (row.revents & POLLNVAL) != 0) {
        return mp__fail(MP_EINVAL, EBADF, "descriptor %d", descriptor);
    }
    return ready > 0 ? 0 : MP_ETIMEDOUT;
}

int mp_posix_link_retry(int descriptor, short events, int64_t deadline,
                        const char *what)
{
    if (errno == EINTR) {
        return 0;
    }
    if (errno != EAGAIN) {
        return mp_posix_link_fail(errno, what);
    }
    return deadline == MP_PLAT_AT_ONCE
               ? MP_ETIMEDOUT
               : mp_posix_link_await(descriptor, events, deadline);
}

// ---- pairs ----

static int make_pair(int pair[2])
{
    mp_posix_lock();
    int os_code = mp_posix_socketpair(pair) < 0 ? errno : 0;
    mp_posix_unlock();
    if (os_code != 0) {
        return mp_posix_fail(os_code, "a pair of sockets cannot be made");
    }
    int first = mp_posix_link_raise(&pair[0]);
    int second = mp_posix_link_raise(&pair[1]);
    if (first < 0 || second < 0) {
        if (first == 0) {
            (void) close(pair[0]);
        }
        if (second == 0) {
            (void) close(pair[1]);
        }
        return first < 0 ? first : second;
    }
    return 0;
}

// Sockets for one direction, too: a pipe would have no way to send without
// blocking whatever its mode is, nor without SIGPIPE, and no handles go over
// it.
int mp_plat_link_pair(mp_plat_link_t ends[2], bool duplex)
{
    int pair[2];

    ends[0] = (mp_plat_link_t) MP_PLAT_NO_LINK;
    ends[1] = (mp_plat_link_t) MP_PLAT_NO_LINK;
    int r = make_pair(pair);
    if (r < 0) {
        return r;
    }
    if (!duplex) {
        (void) shutdown(pair[0], SHUT_WR);
        (void) shutdown(pair[1], SHUT_RD);
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = (mp_plat_link_t){pair[i], MP_PLAT_LINK_STREAM, true};
    }
    return 0;
}

// ---- what the program has from elsewhere ----

static int refuse(int descriptor, const char *why)
{
    return mp__fail(MP_ETYPE, 0, "no messages go over descriptor %d: %s",
                    descriptor, why);
}

static int option_of(int descriptor, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);

    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) < 0
               ? -1
               : value;
}

static int adopt_socket(int descriptor, bool *local)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof(own);

    if (getsockname(descriptor, (struct sockaddr *) &own, &size) < 0) {
        return mp_posix_fail(errno, "a socket without an address");
    }
    if (option_of(descriptor, SO_TYPE) != SOCK_STREAM) {
        return refuse(descriptor, "it is a socket, but not a stream");
    }
    if (option_of(descriptor, SO_ACCEPTCONN) > 0) {
        return refuse(descriptor, "it is a socket that listens");
    }
    *local = own.ss_family == AF_UNIX;
    if (!*local && !MP_REMOTE) {
        return refuse(descriptor,
                      "this build does not speak with other machines");
    }
    mp_posix_inet_prepare(descriptor, own.ss_family);
    return 0;
}

static int adopt(int descriptor, bool *local)
{
    struct stat about;

    if (fstat(descriptor, &about) < 0) {
        return mp__fail(MP_EINVAL, errno, "descriptor %d", descriptor);
    }
    if (S_ISFIFO(about.st_mode)) {
        *local = true;
        return 0;
    }
    return S_ISSOCK(about.st_mode)
               ? adopt_socket(descriptor, local)
               : refuse(descriptor, "it is neither a socket nor a pipe");
}

int mp_plat_link_adopt(mp_plat_link_t *link, intptr_t handle)
{
    int descriptor = (int) handle;
    bool local = false;

    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    int r = adopt(descriptor, &local);
    if (r < 0) {
        return r;
    }
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
        return mp__fail(MP_EINVAL, errno, "descriptor %d", descriptor);
    }
    mp_posix_quiet(descriptor);
    *link = (mp_plat_link_t){descriptor, MP_PLAT_LINK_STREAM, local};
    return 0;
}

// ---- what both have ----

void mp_plat_link_close(mp_plat_link_t *link)
{
    if (link->kind != MP_PLAT_LINK_NONE) {
        (void) close((int) link->handle);
        *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    }
}

int mp_plat_link_wait(const mp_plat_link_t *link, int64_t deadline)
{
    return mp_posix_link_await((int) link->handle, POLLIN, deadline);
}

int mp_plat_link_wait_room(const mp_plat_link_t *link, int64_t deadline)
{
    return mp_posix_link_await((int) link->handle, POLLOUT, deadline);
}

int mp_plat_link_next(const mp_plat_link_t *link, size_t *size,
                      int64_t deadline)
{
    (void) link;
    (void) deadline;
    *size = 0;
    return mp__fail(MP_ENOTSUP, 0, "a stream of bytes has no messages");
}
