// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <libproc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/fail.h"

// A socket pair of Darwin carries the number of its other process, but not its
// user: that is asked of the process.
int mp_posix_peer_check(int channel)
{
    struct proc_bsdinfo parent;
    pid_t peer = 0;
    socklen_t size = sizeof(peer);

    if (getsockopt(channel, SOL_LOCAL, LOCAL_PEERPID, &peer, &size) < 0) {
        return mp__fail(MP_EACCES, 0, "the start channel is no local socket");
    }
    int got = proc_pidinfo(getppid(), PROC_PIDTBSDINFO, 0, &parent,
                           (int) sizeof(parent));
    if (peer != getppid() || got != (int) sizeof(parent) ||
        parent.pbi_uid != geteuid()) {
        return mp__fail(MP_EACCES, 0,
                        "the start channel is not from this process's parent");
    }
    return 0;
}
