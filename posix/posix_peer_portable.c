// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "platform/fail.h"
#include "platform/link.h"

// POSIX has no call that tells who is at the other end. A pair of nameless
// local sockets can only come from a process that handed it down.
int mp_posix_peer_check(int channel)
{
    struct sockaddr_un peer;
    socklen_t size = sizeof(peer);

    memset(&peer, 0, sizeof(peer));
    if (getpeername(channel, (struct sockaddr *) &peer, &size) < 0 ||
        peer.sun_family != AF_UNIX || peer.sun_path[0] != '\0') {
        return mp__fail(MP_EACCES, 0,
                        "the start channel is no pair of local sockets");
    }
    return 0;
}

int mp_plat_link_peer(const mp_plat_link_t *link, mp_plat_peer_t *peer)
{
    (void) link;
    (void) peer;
    return mp__fail(MP_ENOTSUP, 0, "this build cannot tell peers");
}
