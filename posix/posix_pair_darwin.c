// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <sys/socket.h>

// The library's own children are safe: POSIX_SPAWN_CLOEXEC_DEFAULT.
const bool mp_posix_born_open = false;
const int mp_posix_send_flags = 0; // the sockets are told once, see below
const int mp_posix_receive_flags = 0;

int mp_posix_socketpair(int pair[2])
{
    int yes = 1;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
        return -1;
    }
    (void) setsockopt(pair[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
    (void) setsockopt(pair[1], SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
    return mp_posix_close_both_on_exec(pair);
}

// The extension goes over to what the socket accepts: a connection whose other
// side has left can be told to raise no SIGPIPE.
int mp_posix_socket(int family)
{
    struct so_np_extensions later = {.npx_flags = SONPX_SETOPTSHUT,
                                     .npx_mask = SONPX_SETOPTSHUT};
    int descriptor = mp_posix_close_on_exec(socket(family, SOCK_STREAM, 0));

    if (descriptor >= 0) {
        (void) setsockopt(descriptor, SOL_SOCKET, SO_NP_EXTENSIONS, &later,
                          sizeof(later));
        (void) fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}
