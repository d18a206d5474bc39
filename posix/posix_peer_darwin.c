// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <libproc.h>
#include <sys/socket.h>
#include <sys/ucred.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/fail.h"
#include "platform/link.h"

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

// Of a connection these are who called connect(), or listen(). A pair does not
// carry them: see above.
static int user_of(int descriptor, pid_t pid, mp_plat_peer_t *peer)
{
    struct xucred at_birth;
    struct proc_bsdinfo now;
    socklen_t size = sizeof(at_birth);

    if (getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERCRED, &at_birth, &size) ==
            0 &&
        at_birth.cr_version == XUCRED_VERSION) {
        peer->uid = at_birth.cr_uid;
        peer->gid = at_birth.cr_ngroups > 0 ? at_birth.cr_groups[0] : -1;
        return 0;
    }
    int got = proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &now, (int) sizeof(now));
    if (got != (int) sizeof(now)) {
        return mp__fail(MP_ENOTSUP, 0, "the peer's user is not known");
    }
    peer->uid = now.pbi_uid;
    peer->gid = now.pbi_gid;
    return 0;
}

int mp_plat_link_peer(const mp_plat_link_t *link, mp_plat_peer_t *peer)
{
    int descriptor = (int) link->handle;
    pid_t pid = 0;
    socklen_t size = sizeof(pid);

    if (!link->local ||
        getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERPID, &pid, &size) < 0) {
        return mp__fail(MP_ENOTSUP, 0, "only local sockets tell their peer");
    }
    peer->pid = pid > 0 ? pid : -1;
    int r = user_of(descriptor, pid, peer);
    peer->same_user = r == 0 && peer->uid == (int64_t) geteuid();
    return r;
}
