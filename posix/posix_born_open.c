// SPDX-License-Identifier: Apache-2.0
// Where no call makes a descriptor close-on-exec from birth: it is made so
// right after it. The library's own starts take the lock that births take.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int mp_posix_close_on_exec(int descriptor)
{
    if (descriptor < 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) {
        return descriptor;
    }
    int os_code = errno;
    (void) close(descriptor);
    errno = os_code;
    return -1;
}

int mp_posix_close_both_on_exec(int pair[2])
{
    for (int i = 0; i < 2; i++) {
        if (mp_posix_close_on_exec(pair[i]) < 0) {
            int os_code = errno;
            (void) close(pair[1 - i]);
            errno = os_code;
            return -1;
        }
    }
    return 0;
}

int mp_posix_pipe(int pair[2])
{
    int r = pipe(pair);
    return r < 0 ? r : mp_posix_close_both_on_exec(pair);
}

int mp_posix_accept(int listener, struct sockaddr *from, socklen_t *size)
{
    return mp_posix_close_on_exec(accept(listener, from, size));
}
