// SPDX-License-Identifier: Apache-2.0
// POSIX does not tell who a process has started: what is signalled is the
// child, and its process group if it leads one. Those of its children that are
// the library's end with it.
#include "posix/posix.h"

#include <errno.h>
#include <unistd.h>

int mp_plat_tree_signal(const mp_plat_child_t *child,
                        enum mp_plat_signal signal, bool collected)
{
    pid_t pid = (pid_t) child->pid;

    if (collected || !mp_posix_death_is_ours(child)) {
        return 0; // the number may be a stranger's, who leads a group, too
    }
    if (signal == MP_PLAT_INTERRUPT || getpgid(pid) != pid) {
        return mp_plat_child_signal(child, signal);
    }
    if (kill(-pid, signal == MP_PLAT_KILL ? SIGKILL : SIGTERM) == 0 ||
        errno == ESRCH) {
        return 0;
    }
    return mp_posix_fail(errno, "a group of processes cannot be signalled");
}
