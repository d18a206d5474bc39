// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <sys/socket.h>

// Another library's exec in another thread can take what was just born along.
const bool mp_posix_born_open = true;
const int mp_posix_send_flags = MSG_NOSIGNAL;
const int mp_posix_receive_flags = 0;

int mp_posix_socketpair(int pair[2])
{
    int r = socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    return r < 0 ? r : mp_posix_close_both_on_exec(pair);
}

int mp_posix_socket(int family)
{
    int descriptor = mp_posix_close_on_exec(socket(family, SOCK_STREAM, 0));

    if (descriptor >= 0) { // of a new socket it does not fail
        (void) fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}
