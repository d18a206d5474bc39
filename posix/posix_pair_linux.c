// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

const bool mp_posix_born_open = false;
const int mp_posix_send_flags = MSG_NOSIGNAL;

int mp_posix_socketpair(int pair[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

int mp_posix_pipe(int pair[2])
{
    return pipe2(pair, O_CLOEXEC);
}
