// SPDX-License-Identifier: Apache-2.0
#include "win32/win32_listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

#define PORT_SIZE 8

bool mp_win32_inet_here(void)
{
    return true;
}

// ---- addresses ----

static int family_of(const mp_plat_place_t *place)
{
    return place->family == MP_PLAT_FAMILY_INET6 ? AF_INET6 : AF_INET;
}

// An empty host is this machine. One that is written as numbers asks no server
// of names, which may take its time whatever the deadline.
static int find_addresses(const mp_plat_place_t *place, struct addrinfo **found)
{
    struct addrinfo hints = {.ai_family = family_of(place),
                             .ai_socktype = SOCK_STREAM,
                             .ai_protocol = IPPROTO_TCP};
    char port[PORT_SIZE];

    int r = mp_win32_winsock();
    if (r < 0) {
        return r;
    }
    (void) snprintf(port, sizeof(port), "%u", (unsigned) place->port);
    const char *host = place->name;
    if (place->size == 0) {
        host = place->family == MP_PLAT_FAMILY_INET6 ? "::1" : "127.0.0.1";
    }
    int error = getaddrinfo(host, port, &hints, found);
    if (error == WSA_NOT_ENOUGH_MEMORY) {
        return mp__fail(MP_ENOMEM, error, "the address of a host");
    }
    if (error != 0) {
        return mp__fail(MP_ENOENT, error, "there is no such host: %s", host);
    }
    return 0;
}

static int describe(mp_plat_place_t *place, const struct sockaddr *address,
                    int size)
{
    char port[PORT_SIZE];

    place->family = address->sa_family == AF_INET6 ? MP_PLAT_FAMILY_INET6
                                                   : MP_PLAT_FAMILY_INET;
    if (getnameinfo(address, size, place->name, sizeof(place->name), port,
                    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return mp_win32_socket_fail(WSAGetLastError(), "an address");
    }
    place->size = strlen(place->name);
    place->port = (uint16_t) strtoul(port, NULL, 10);
    return 0;
}

static int open_socket(int family, SOCKET *out)
{
    *out = WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (*out == INVALID_SOCKET) {
        return mp_win32_socket_fail(WSAGetLastError(),
                                    "a socket cannot be made");
    }
    int r = mp_win32_socket_tame(*out);
    if (r < 0) {
        (void) closesocket(*out);
    }
    return r;
}

// Messages are short and waited for.
static int become_link(mp_plat_link_t *link, SOCKET socket)
{
    int on = 1;

    (void) setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, (const char *) &on,
                      sizeof(on));
    *link = (mp_plat_link_t){(intptr_t) socket, MP_PLAT_LINK_STREAM, false};
    return 0;
}

// ---- listening ----

static int bind_to(SOCKET socket, const struct addrinfo *address, int backlog,
                   mp_plat_place_t *place)
{
    struct sockaddr_storage here;
    int size = sizeof(here);
    int on = 1;

    if (setsockopt(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *) &on,
                   sizeof(on)) != 0 ||
        bind(socket, address->ai_addr, (int) address->ai_addrlen) != 0 ||
        listen(socket, backlog) != 0 ||
        getsockname(socket, (struct sockaddr *) &here, &size) != 0) {
        return mp_win32_socket_fail(WSAGetLastError(),
                                    "the address cannot be listened at");
    }
    return describe(place, (struct sockaddr *) &here, size);
}

int mp_win32_inet_listen(mp_plat_listener_t *listener,
                         const mp_plat_place_t *place, int backlog)
{
    mp_plat_listener_t made = {MP_PLAT_NONE, *place, mp_plat_pid(), NULL};
    struct addrinfo *found = NULL;
    SOCKET socket = INVALID_SOCKET;

    int r = find_addresses(place, &found);
    if (r < 0) {
        return r;
    }
    r = open_socket(family_of(place), &socket);
    if (r == 0) {
        r = bind_to(socket, found, backlog, &made.place);
        if (r < 0) {
            (void) closesocket(socket);
        }
    }
    freeaddrinfo(found);
    if (r == 0) {
        made.handle = (intptr_t) socket;
        *listener = made;
    }
    return r;
}

static int begin_link(mp_plat_link_t *link, SOCKET socket,
                      mp_plat_place_t *from, const struct sockaddr *address,
                      int size)
{
    int r = mp_win32_socket_tame(socket);
    if (r == 0) {
        r = describe(from, address, size);
    }
    if (r < 0) {
        (void) closesocket(socket);
        return r;
    }
    return become_link(link, socket);
}

// Who has given up before he was accepted is nobody's error.
int mp_win32_inet_accept(const mp_plat_listener_t *listener,
                         mp_plat_link_t *link, mp_plat_place_t *from,
                         int64_t deadline)
{
    SOCKET place = (SOCKET) listener->handle;
    WSAPOLLFD polled = {place, POLLRDNORM, 0};

    for (;;) {
        struct sockaddr_storage there;
        int size = sizeof(there);
        SOCKET socket = accept(place, (struct sockaddr *) &there, &size);
        if (socket != INVALID_SOCKET) {
            return begin_link(link, socket, from, (struct sockaddr *) &there,
                              size);
        }
        int error = WSAGetLastError();
        if (error == WSAENOTSOCK) {
            return mp__fail(MP_EEOF, error, "the listener has been closed");
        }
        if (error != WSAEWOULDBLOCK && error != WSAECONNRESET) {
            return mp_win32_socket_fail(error, "accepting");
        }
        int r = mp_win32_socket_poll(&polled, 1, deadline);
        if (r <= 0) {
            return r == 0 ? MP_ETIMEDOUT : r;
        }
    }
}

// ---- connecting ----

// WSAPoll() does not tell of a refusal before Windows 10 2004, select() does.
static int await_connection(SOCKET socket, int64_t deadline)
{
    const int64_t slice = INT64_C(1000000000);
    int error = 0;
    int size = sizeof(error);

    for (;;) {
        fd_set done;
        fd_set failed;
        int64_t left =
            deadline == MP_PLAT_NEVER ? slice : deadline - mp_plat_now();
        left = left < 0 ? 0 : left < slice ? left : slice;
        struct timeval time = {(long) (left / slice),
                               (long) (left % slice / 1000 + 1)};
        FD_ZERO(&done);
        FD_ZERO(&failed);
        FD_SET(socket, &done);
        FD_SET(socket, &failed);
        int found = select(0, NULL, &done, &failed, &time);
        if (found < 0) {
            return mp_win32_socket_fail(WSAGetLastError(), "connecting");
        }
        if (found > 0) {
            break;
        }
        if (left == 0) {
            return mp__fail(MP_ETIMEDOUT, 0, "the other side does not answer");
        }
    }
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, (char *) &error, &size) != 0) {
        error = WSAGetLastError();
    }
    return error == 0 ? 0 : mp_win32_socket_fail(error, "connecting");
}

static int connect_to(const struct addrinfo *address, SOCKET *socket,
                      int64_t deadline)
{
    int r = open_socket(address->ai_family, socket);
    if (r < 0) {
        return r;
    }
    if (connect(*socket, address->ai_addr, (int) address->ai_addrlen) != 0) {
        int error = WSAGetLastError();
        r = error == WSAEWOULDBLOCK ? await_connection(*socket, deadline)
                                    : mp_win32_socket_fail(error, "connecting");
    }
    if (r < 0) {
        (void) closesocket(*socket);
    }
    return r;
}

int mp_win32_inet_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                          int64_t deadline)
{
    struct addrinfo *found = NULL;
    SOCKET socket = INVALID_SOCKET;

    if (place->port == 0) {
        return mp__fail(MP_EINVAL, 0, "nobody connects to port 0");
    }
    int r = find_addresses(place, &found);
    if (r < 0) {
        return r;
    }
    r = MP_ENOENT;
    for (struct addrinfo *one = found; r < 0 && one != NULL;
         one = one->ai_next) {
        r = connect_to(one, &socket, deadline);
    }
    freeaddrinfo(found);
    return r < 0 ? r : become_link(link, socket);
}
