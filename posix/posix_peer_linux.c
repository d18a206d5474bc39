// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <sys/socket.h>
#include <unistd.h>

#include "platform/fail.h"
#include "platform/link.h"

// The credentials of a socket pair are those of the process that made it.
int mp_posix_peer_check(int channel)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        return mp__fail(MP_EACCES, 0, "the start channel is no socket");
    }
    if (peer.pid != getppid() || peer.uid != geteuid()) {
        return mp__fail(MP_EACCES, 0,
                        "the start channel is not from this process's parent");
    }
    return 0;
}

// Of a connection these are whose process called connect(), or listen(); a
// process out of this one's sight has the number 0.
int mp_plat_link_peer(const mp_plat_link_t *link, mp_plat_peer_t *peer)
{
    struct ucred at_birth = {0};
    socklen_t size = sizeof(at_birth);

    if (!link->local || getsockopt((int) link->handle, SOL_SOCKET, SO_PEERCRED,
                                   &at_birth, &size) < 0) {
        return mp__fail(MP_ENOTSUP, 0, "only local sockets tell their peer");
    }
    *peer = (mp_plat_peer_t){at_birth.pid > 0 ? at_birth.pid : -1, at_birth.uid,
                             at_birth.gid, at_birth.uid == geteuid()};
    return 0;
}
