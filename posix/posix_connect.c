// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define NS_PER_MS 1000000
#define PAUSE_MOST_NS (10 * NS_PER_MS)

// What became of a connection that was begun.
static int await_connected(int descriptor, int64_t deadline, int *os_code)
{
    socklen_t size = sizeof(*os_code);

    int r = mp_posix_link_await(descriptor, POLLOUT, deadline);
    if (r < 0) {
        return r;
    }
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, os_code, &size) < 0
               ? mp_posix_fail(errno, "a connection cannot be made")
               : 0;
}

// The listener has as many waiting as it wants, and Linux gives nothing to wait
// for. False after the deadline.
static bool pause_before_next(int64_t *pause_ns, int64_t deadline)
{
    int64_t now = mp_plat_now();

    if (deadline <= now) {
        return false;
    }
    int64_t until = now + *pause_ns;
    (void) mp_posix_poll_rows(NULL, 0, until < deadline ? until : deadline);
    *pause_ns = *pause_ns * 2 < PAUSE_MOST_NS ? *pause_ns * 2 : PAUSE_MOST_NS;
    return true;
}

// 0 with *os_code, or a failure of waiting.
static int connect_socket(int descriptor, const mp_posix_address_t *address,
                          int64_t deadline, int *os_code)
{
    int64_t pause_ns = NS_PER_MS / 4;

    for (;;) {
        *os_code = connect(descriptor, &address->of.any, address->size) < 0
                       ? errno
                       : 0;
        if (*os_code == EINPROGRESS || *os_code == EINTR) {
            return await_connected(descriptor, deadline, os_code);
        }
        if (*os_code != EAGAIN || address->of.any.sa_family != AF_UNIX) {
            return 0;
        }
        if (!pause_before_next(&pause_ns, deadline)) {
            return MP_ETIMEDOUT;
        }
    }
}

// A port of this machine that nobody listens at may be the one that the socket
// was given itself: then it is connected to itself.
static bool is_own_peer(int descriptor)
{
    struct sockaddr_storage own = {0};
    struct sockaddr_storage peer = {0};
    socklen_t own_size = sizeof(own);
    socklen_t peer_size = sizeof(peer);

    return getsockname(descriptor, (struct sockaddr *) &own, &own_size) == 0 &&
           own.ss_family != AF_UNIX &&
           getpeername(descriptor, (struct sockaddr *) &peer, &peer_size) ==
               0 &&
           own_size == peer_size && memcmp(&own, &peer, own_size) == 0;
}

static int finish(int descriptor)
{
    // Whoever takes the handle expects what he knows of sockets.
    int flags = fcntl(descriptor, F_GETFL);

    if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0) {
        return mp_posix_fail(errno, "a connection cannot be made");
    }
    return is_own_peer(descriptor)
               ? mp__fail(MP_ENOENT, 0, "nobody listens at this place")
               : 0;
}

static int connect_one(mp_plat_link_t *link, const mp_posix_address_t *address,
                       int64_t deadline)
{
    int family = address->of.any.sa_family;
    int descriptor = -1;
    int os_code = 0;

    int r = mp_posix_link_socket(family, &descriptor);
    if (r < 0) {
        return r;
    }
    mp_posix_quiet(descriptor);
    mp_posix_inet_prepare(descriptor, family);
    r = connect_socket(descriptor, address, deadline, &os_code);
    if (r == 0 && os_code != 0) {
        r = mp_posix_place_fail(os_code, "nobody can be reached at this place");
    }
    if (r == 0) {
        r = finish(descriptor);
    }
    if (r < 0) {
        (void) close(descriptor);
        return r;
    }
    *link =
        (mp_plat_link_t){descriptor, MP_PLAT_LINK_STREAM, family == AF_UNIX};
    return 0;
}

int mp_plat_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                    int64_t deadline)
{
    mp_posix_addresses_t addresses;

    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    int r = mp_posix_addresses_open(&addresses, place, false);
    if (r == 0) {
        r = MP_ENOENT; // which the first replaces
    }
    for (int i = 0; i < addresses.count && r < 0; i++) {
        r = connect_one(link, &addresses.row[i], deadline);
    }
    mp_posix_addresses_close(&addresses);
    return r;
}
