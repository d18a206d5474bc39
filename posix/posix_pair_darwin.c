// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

const bool mp_posix_born_open = false; // to children of the library
const int mp_posix_send_flags = 0;     // the sockets are told once, see below
const int mp_posix_receive_flags = 0;

// Darwin has no call that makes a descriptor close-on-exec from birth. The
// library's own children are safe (POSIX_SPAWN_CLOEXEC_DEFAULT).
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
    int yes = 1;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
        return -1;
    }
    (void) setsockopt(pair[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
    (void) setsockopt(pair[1], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
    return close_on_exec(pair);
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

// The extension goes over to what the socket accepts: a connection whose other
// side has left can be told to raise no SIGPIPE.
int mp_posix_socket(int family)
{
    struct so_np_extensions later = {.npx_flags = SONPX_SETOPTSHUT,
                                     .npx_mask = SONPX_SETOPTSHUT};
    int descriptor = close_one_on_exec(socket(family, SOCK_STREAM, 0));

    if (descriptor >= 0) {
        (void) setsockopt(descriptor, SOL_SOCKET, SO_NP_EXTENSIONS, &later,
                          sizeof(later));
        (void) fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}

int mp_posix_accept(int listener, struct sockaddr *from, socklen_t *size)
{
    return close_one_on_exec(accept(listener, from, size));
}
