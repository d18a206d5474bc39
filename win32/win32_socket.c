// SPDX-License-Identifier: Apache-2.0
// Sockets never block here, and what has to wait polls them: how much of an
// overlapped WSASend() has gone when it is cancelled, nobody knows.
#include "win32/win32_link.h"

#include <limits.h>

#include "platform/fail.h"

#define NS_PER_MS INT64_C(1000000)
#define PIECES_MAX 8
#define LINK_TEXT "a link to another process"

static INIT_ONCE winsock_once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK start(INIT_ONCE *once, void *argument, void **context)
{
    WSADATA about;
    int error = WSAStartup(MAKEWORD(2, 2), &about);

    (void) once;
    (void) argument;
    (void) context;
    SetLastError((DWORD) error);
    return error == 0;
}

int mp_win32_winsock(void)
{
    if (!InitOnceExecuteOnce(&winsock_once, start, NULL, NULL)) {
        return mp__fail(MP_ESYSTEM, (int) GetLastError(),
                        "Winsock cannot be started");
    }
    return 0;
}

static int code_of(int error)
{
    switch (error) {
    case WSAECONNRESET:
    case WSAECONNABORTED:
    case WSAESHUTDOWN:
    case WSAENETRESET:
    case WSAENOTCONN:
        return MP_EEOF;
    case WSAECONNREFUSED:
    case WSAEHOSTUNREACH:
    case WSAENETUNREACH:
    case WSAEADDRNOTAVAIL:
    case WSAHOST_NOT_FOUND:
    case WSANO_DATA:
        return MP_ENOENT;
    case WSAETIMEDOUT:
        return MP_ETIMEDOUT;
    case WSAEADDRINUSE:
        return MP_EEXIST;
    case WSAEACCES:
        return MP_EACCES;
    case WSAENOTSOCK:
    case WSAEBADF:
    case WSAEINVAL:
        return MP_EINVAL;
    case WSAEMFILE:
        return MP_EMFILE;
    case WSAENOBUFS:
    case WSA_NOT_ENOUGH_MEMORY:
        return MP_ENOMEM;
    default:
        return MP_ESYSTEM;
    }
}

int mp_win32_socket_fail(int error, const char *what)
{
    return mp__fail(code_of(error), error, "%s", what);
}

int mp_win32_socket_tame(SOCKET socket)
{
    u_long on = 1;

    if (ioctlsocket(socket, (long) FIONBIO, &on) != 0) {
        return mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
    }
    if (!SetHandleInformation((HANDLE) socket, HANDLE_FLAG_INHERIT, 0)) {
        return mp_win32_fail(GetLastError(), LINK_TEXT);
    }
    return 0;
}

// ---- taking over ----

static int no_such_socket(void)
{
    return mp__fail(MP_ETYPE, 0, "neither a pipe nor a stream socket");
}

static bool type_of(SOCKET socket, int *type)
{
    int size = sizeof(*type);

    return getsockopt(socket, SOL_SOCKET, SO_TYPE, (char *) type, &size) == 0;
}

static int make_known(SOCKET given, int type, SOCKET *known)
{
    WSAPROTOCOL_INFOW about;

    if (WSADuplicateSocketW(given, GetCurrentProcessId(), &about) != 0 ||
        (type != 0 && about.iSocketType != type)) {
        return no_such_socket();
    }
    *known =
        WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
                   &about, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    return *known != INVALID_SOCKET
               ? 0
               : mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
}

int mp_win32_socket_know(SOCKET given, int type, SOCKET *known)
{
    int found = 0;

    int r = mp_win32_winsock();
    if (r < 0) {
        return r;
    }
    if (!type_of(given, &found)) {
        return make_known(given, type, known);
    }
    *known = given;
    return type == 0 || found == type ? 0 : no_such_socket();
}

// The old number is closed last: until then it is the caller's.
int mp_win32_socket_take(SOCKET *socket)
{
    SOCKET known = INVALID_SOCKET;

    int r = mp_win32_socket_know(*socket, SOCK_STREAM, &known);
    if (r < 0) {
        return r;
    }
    r = mp_win32_socket_tame(known);
    if (known == *socket) {
        return r;
    }
    if (r < 0) {
        (void) closesocket(known);
        return r;
    }
    (void) CloseHandle((HANDLE) *socket);
    *socket = known;
    return 0;
}

// ---- waiting ----

// Rounded up, so that nobody spins through the last millisecond.
static int milliseconds_until(int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return -1;
    }
    int64_t left = deadline == MP_PLAT_AT_ONCE ? 0 : deadline - mp_plat_now();
    if (left <= 0) {
        return 0;
    }
    int64_t whole = (left - 1) / NS_PER_MS + 1;
    return (int) (whole < INT_MAX ? whole : INT_MAX);
}

int mp_win32_socket_poll(WSAPOLLFD *polled, size_t count, int64_t deadline)
{
    for (;;) {
        int timeout = milliseconds_until(deadline);
        int found = WSAPoll(polled, (ULONG) count, timeout);
        if (found < 0) {
            return mp_win32_socket_fail(WSAGetLastError(),
                                        "waiting for sockets");
        }
        if (found > 0 || timeout == 0) {
            return found;
        }
    }
}

int mp_win32_socket_wait(SOCKET socket, short what, int64_t deadline)
{
    WSAPOLLFD polled = {socket, what, 0};

    int r = mp_win32_socket_poll(&polled, 1, deadline);
    if (r > 0 && (polled.revents & POLLNVAL) != 0) {
        return mp_win32_socket_fail(WSAENOTSOCK, LINK_TEXT);
    }
    return r == 0 ? MP_ETIMEDOUT : r < 0 ? r : 0;
}

// ---- transfer ----

// What is left to send behind the first `done` bytes.
static DWORD fill(WSABUF buffers[PIECES_MAX], const mp_plat_piece_t *pieces,
                  size_t count, size_t done)
{
    DWORD used = 0;

    for (size_t i = 0; i < count && used < PIECES_MAX; i++) {
        if (done >= pieces[i].size) {
            done -= pieces[i].size;
            continue;
        }
        size_t left = pieces[i].size - done;
        uintptr_t from = (uintptr_t) pieces[i].bytes + done; // only read
        buffers[used++] =
            (WSABUF){(ULONG) (left < INT_MAX ? left : INT_MAX), (char *) from};
        if (left > INT_MAX) {
            break; // the next buffer is not the rest of this piece
        }
        done = 0;
    }
    return used;
}

// What moves on and on is not stopped by a poll. MP_PLAT_AT_ONCE is: whoever
// does not wait takes all that moves.
static bool is_over(int64_t deadline)
{
    return deadline != MP_PLAT_AT_ONCE && deadline != MP_PLAT_NEVER &&
           mp_plat_now() >= deadline;
}

int mp_win32_socket_send(SOCKET socket, const mp_plat_piece_t *pieces,
                         size_t count, size_t *sent, int64_t deadline)
{
    WSABUF buffers[PIECES_MAX];

    *sent = 0;
    for (;;) {
        DWORD moved = 0;
        DWORD used = fill(buffers, pieces, count, *sent);
        if (used == 0) {
            return 0;
        }
        if (WSASend(socket, buffers, used, &moved, 0, NULL, NULL) == 0) {
            *sent += moved;
            if (is_over(deadline) && fill(buffers, pieces, count, *sent) > 0) {
                return MP_ETIMEDOUT;
            }
            continue;
        }
        if (WSAGetLastError() != WSAEWOULDBLOCK) {
            return mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
        }
        int r = mp_win32_socket_wait(socket, POLLWRNORM, deadline);
        if (r < 0) {
            return r;
        }
    }
}

int mp_win32_socket_receive(SOCKET socket, void *bytes, size_t size,
                            size_t *received, int64_t deadline)
{
    *received = 0;
    while (*received < size) {
        size_t left = size - *received;
        int moved = recv(socket, (char *) bytes + *received,
                         (int) (left < INT_MAX ? left : INT_MAX), 0);
        if (moved > 0) {
            *received += (size_t) moved;
            if (is_over(deadline) && *received < size) {
                return MP_ETIMEDOUT;
            }
            continue;
        }
        if (moved == 0) {
            return mp__fail(MP_EEOF, 0, "the other process closed the link");
        }
        if (WSAGetLastError() != WSAEWOULDBLOCK) {
            return mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
        }
        int r = mp_win32_socket_wait(socket, POLLRDNORM, deadline);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}
