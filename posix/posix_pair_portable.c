// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

const bool mp_posix_born_open = true;
const int mp_posix_send_flags = MSG_NOSIGNAL;
const int mp_posix_receive_flags = 0;

// Without a call that does both at once there is a moment between birth and
// FD_CLOEXEC. The library's own starts take the lock that births take; another
// library's exec in another thread can.
static int close_on_exec(int pair[2])
{
    if (fcntl(pair[0], F_SETFD, FD_CLOEXEC) == 0 &&
        fcntl(pair[1], F_SETFD, FD_CLOEXEC) == 0) {
        return 0;
    }
    int os_code = errno;
    (void) close(pair[0]);
    (void) close(pair[1]);
    errno = os_code;
    return -1;
}

int mp_posix_socketpair(int pair[2])
{
    int r = socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    return r < 0 ? r : close_on_exec(pair);
}

int mp_posix_pipe(int pair[2])
{
    int r = pipe(pair);
    return r < 0 ? r : close_on_exec(pair);
}

static int close_one_on_exec(int descriptor)
{
    if (descriptor < 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) {
        return descriptor;
    }
    int os_code = errno;
    (void) close(descriptor);
    errno = os_code;
    return -1;
}

int mp_posix_socket(int family)
{
    int descriptor = close_one_on_exec(socket(family, SOCK_STREAM, 0));

    if (descriptor >= 0) { // of a new socket it does not fail
        (void) fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}

int mp_posix_accept(int listener, struct sockaddr *from, socklen_t *size)
{
    return close_one_on_exec(accept(listener, from, size));
}
