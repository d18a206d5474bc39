// SPDX-License-Identifier: Apache-2.0
// The kernel sends the signal that a descriptor was given when it comes to its
// end: that needs no thread. PR_SET_PDEATHSIG would do it when the thread that
// started this process ends, too.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/fail.h"

static bool arm(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && fcntl(descriptor, F_SETSIG, SIGKILL) == 0 &&
           fcntl(descriptor, F_SETOWN, getpid()) == 0 &&
           fcntl(descriptor, F_SETFL, flags | O_ASYNC) == 0;
}

// The signal goes to the one owner of an open file, so each child needs a file
// of its own: it is opened again. This is done in the parent, where /proc is
// warm; in a process that was just born it takes ten times as long.
static atomic_bool is_shared; // there is no /proc: the copies are one file

int mp_posix_tie_copy(int descriptor)
{
    char path[40];

    (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    int copy = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (copy >= 0 || errno == EMFILE || errno == ENFILE) {
        return copy;
    }
    atomic_store(&is_shared, true);
    return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// It cannot be the channel that is armed: the parent's send() may come to the
// signal only after all it sent was received, and would kill a sound child.
int mp_posix_spawned_tie(int *descriptor)
{
    int r = mp_posix_lifeline(descriptor);

    if (r == 0 && atomic_load(&is_shared)) {
        mp_posix_own_close(*descriptor);
        *descriptor = -1;
    }
    return r;
}

int mp_plat_parent_tie(mp_plat_child_t *parent)
{
    int tie = (int) parent->tie;

    if (parent->tie == MP_PLAT_NONE) {
        return mp_posix_tie_by_thread(parent->channel);
    }
    if (atomic_load(&is_shared) || !arm(tie)) {
        return mp_posix_tie_by_thread(tie);
    }
    if (mp_posix_poll(tie, POLLIN, MP_PLAT_AT_ONCE) > 0) {
        (void) kill(getpid(), SIGKILL); // it ended before this was armed
    }
    return 0;
}
