// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

// Sockets have a flag for it in each call (mp_posix_send_flags).
void mp_posix_quiet(int descriptor)
{
    (void) descriptor;
}

static bool is_pending(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

// A pipe has no such flag. The signal is this thread's own, so it is held back
// in this thread and taken out, unless one waited there before: that is
// somebody else's.
ssize_t mp_posix_quiet_write(int descriptor, const struct iovec *row, int count)
{
    const struct timespec at_once = {0};
    sigset_t broken;
    sigset_t before;

    (void) sigemptyset(&broken);
    (void) sigaddset(&broken, SIGPIPE);
    (void) pthread_sigmask(SIG_BLOCK, &broken, &before);
    bool pending = is_pending();
    ssize_t done = writev(descriptor, row, count);
    int os_code = errno;
    if (done < 0 && os_code == EPIPE && !pending) {
        while (sigtimedwait(&broken, NULL, &at_once) < 0 && errno == EINTR) {
        }
    }
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = os_code;
    return done;
}
