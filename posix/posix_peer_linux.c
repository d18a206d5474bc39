// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <sys/socket.h>
#include <unistd.h>

#include "platform/fail.h"

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
