// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

const bool mp_posix_born_open = false;
const int mp_posix_send_flags = MSG_NOSIGNAL;
const int mp_posix_receive_flags = MSG_CMSG_CLOEXEC;

int mp_posix_socketpair(int pair[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

int mp_posix_pipe(int pair[2])
{
    return pipe2(pair, O_CLOEXEC);
}

int mp_posix_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int mp_posix_accept(int listener, struct sockaddr *from, socklen_t *size)
{
    return accept4(listener, from, size, SOCK_CLOEXEC);
}
