// SPDX-License-Identifier: Apache-2.0
#ifdef _WIN32
#include <winsock2.h>

#include <windows.h>
#else
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#endif

#include "sockets.h"

#include <string.h>

#define HAND_OVER_MS 10000

#ifdef _WIN32

typedef int length_t;
#define poll WSAPoll
#define close closesocket
#define SHUT_WR SD_SEND
#define MSG_NOSIGNAL 0

bool sockets_begin(void)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

static void prepare(SOCKET handle, bool blocks)
{
    u_long waits_not = blocks ? 0 : 1;

    (void) SetHandleInformation((HANDLE) handle, HANDLE_FLAG_INHERIT, 0);
    (void) ioctlsocket(handle, FIONBIO, &waits_not);
}

void socket_set_timeout(intptr_t handle, int timeout_ms)
{
    const char *value = (const char *) &timeout_ms;
    SOCKET s = (SOCKET) handle;

    (void) setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, value, sizeof(timeout_ms));
    (void) setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, value, sizeof(timeout_ms));
}

#else

typedef int SOCKET;
typedef socklen_t length_t;
#define INVALID_SOCKET (-1)
#ifndef MSG_NOSIGNAL // macOS has an option of the socket instead
#define MSG_NOSIGNAL 0
#endif

bool sockets_begin(void)
{
    return true;
}

static void prepare(int handle, bool blocks)
{
    int flags = fcntl(handle, F_GETFL);

    (void) fcntl(handle, F_SETFD, FD_CLOEXEC);
    (void) fcntl(handle, F_SETFL,
                 blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
#ifdef SO_NOSIGPIPE
    int yes = 1;
    (void) setsockopt(handle, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
#endif
}

void socket_set_timeout(intptr_t handle, int timeout_ms)
{
    struct timeval time = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    int s = (int) handle;

    (void) setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
    (void) setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

#endif

bool socket_give(mp_connection_t *connection, intptr_t handle)
{
    return mp_connection_send_handle(connection, handle, HAND_OVER_MS) == 0;
}

intptr_t socket_take(mp_connection_t *connection)
{
    intptr_t handle = NO_SOCKET;

    if (mp_connection_recv_handle(connection, &handle, HAND_OVER_MS) < 0) {
        return NO_SOCKET;
    }
    prepare((SOCKET) handle, false); // as Windows need not do with a copy
    return handle;
}

void socket_close(intptr_t handle)
{
    (void) close((SOCKET) handle);
}

static struct sockaddr_in address_of(int port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short) port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static bool begin_to_listen(SOCKET s, int *port)
{
    struct sockaddr_in address = address_of(*port);
    length_t size = sizeof(address);

#ifndef _WIN32 // there it would let others take the port over
    int yes = 1;
    (void) setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
#endif
    if (bind(s, (struct sockaddr *) &address, size) != 0 ||
        listen(s, 128) != 0 ||
        getsockname(s, (struct sockaddr *) &address, &size) != 0) {
        return false;
    }
    *port = ntohs(address.sin_port);
    return true;
}

intptr_t socket_listen(int *port)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    if (s == INVALID_SOCKET) {
        return NO_SOCKET;
    }
    prepare(s, false);
    if (!begin_to_listen(s, port)) {
        (void) close(s);
        return NO_SOCKET;
    }
    return (intptr_t) s;
}

// Another process may be quicker: then there is nobody to accept any more, and
// accept() must not wait for the next one.
intptr_t socket_accept(intptr_t listening, int timeout_ms)
{
    struct pollfd row = {.fd = (SOCKET) listening, .events = POLLIN};

    if (poll(&row, 1, timeout_ms) <= 0) {
        return NO_SOCKET;
    }
    SOCKET s = accept((SOCKET) listening, NULL, NULL);
    if (s == INVALID_SOCKET) {
        return NO_SOCKET;
    }
    prepare(s, true); // on some systems it is as the listening one
    return (intptr_t) s;
}

intptr_t socket_connect(int port)
{
    struct sockaddr_in address = address_of(port);
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    if (s == INVALID_SOCKET) {
        return NO_SOCKET;
    }
    prepare(s, true);
    if (connect(s, (struct sockaddr *) &address, sizeof(address)) != 0) {
        (void) close(s);
        return NO_SOCKET;
    }
    return (intptr_t) s;
}

bool socket_send(intptr_t handle, const char *bytes, size_t size)
{
    while (size > 0) {
        int part = size < 65536 ? (int) size : 65536;
        int sent = (int) send((SOCKET) handle, bytes, part, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        size -= (size_t) sent;
    }
    return true;
}

size_t socket_receive(intptr_t handle, char *bytes, size_t size)
{
    int got = (int) recv((SOCKET) handle, bytes, (int) size, 0);

    return got > 0 ? (size_t) got : 0;
}

// What the other side has sent and nobody has read would make the system drop
// what is still on its way there.
void socket_finish(intptr_t handle)
{
    char rest[1024];

    (void) shutdown((SOCKET) handle, SHUT_WR);
    for (int i = 0; i < 16; i++) {
        if (socket_receive(handle, rest, sizeof(rest)) == 0) {
            break;
        }
    }
    socket_close(handle);
}
