// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

const bool mp_posix_born_open = true;
const int mp_posix_send_flags = MSG_NOSIGNAL;

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
