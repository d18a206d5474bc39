// SPDX-License-Identifier: Apache-2.0
// What the files of links tell each other. It comes before windows.h, which
// would bring an older Winsock.
#ifndef MP_WIN32_LINK_H
#define MP_WIN32_LINK_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/link.h"
#include "win32/win32.h"

// ---- operations that take time (win32_operation.c) ----

// An operation with the event of this thread, which has no two of them at once.
int mp_win32_operation(OVERLAPPED *operation);
// Sees an operation through that a call has `begun`. It is over when this
// returns: a buffer is never touched later, whatever the result. 0, what
// GetLastError() would tell, or WAIT_TIMEOUT after the deadline.
DWORD mp_win32_operation_end(HANDLE handle, OVERLAPPED *operation, BOOL begun,
                             int64_t deadline, DWORD *moved);

// ---- named pipes that keep messages whole (win32_pipe.c) ----

// Makes an instance. `access` is PIPE_ACCESS_… with FILE_FLAG_….
int mp_win32_pipe_make(const wchar_t *name, DWORD access, DWORD instances,
                       HANDLE *pipe);
// Opens one. Returns GetLastError() or 0.
DWORD mp_win32_pipe_open(const wchar_t *name, DWORD access, HANDLE *pipe);
// Looks into one without taking anything. *some: there is a message, perhaps
// an empty one, and its length. Returns 0 or what GetLastError() would tell:
// ERROR_BAD_PIPE, nobody has connected.
DWORD mp_win32_pipe_look(HANDLE pipe, bool *some, DWORD *length);

int mp_win32_pipe_pair(HANDLE ends[2], bool duplex);
int mp_win32_pipe_send(HANDLE pipe, const mp_plat_piece_t *pieces, size_t count,
                       size_t *sent, int64_t deadline);
int mp_win32_pipe_receive(HANDLE pipe, void *bytes, size_t size,
                          size_t *received, int64_t deadline);
int mp_win32_pipe_next(HANDLE pipe, size_t *size, int64_t deadline);

// ---- sockets (win32_socket.c) ----

// Starts Winsock once; it is never ended: the host may use it too.
int mp_win32_winsock(void);
// mp__fail() with the code that a WSAGetLastError() means.
int mp_win32_socket_fail(int error, const char *what);
// From now on it does not block and no child inherits it.
int mp_win32_socket_tame(SOCKET socket);
// What is inherited or duplicated as a handle, Winsock need not know in this
// process, and Wine's does not: *known is then another number, beside the given
// one, which stays open. `type` is SOCK_…, or 0: any. MP_ETYPE it is no socket,
// or not of this type.
int mp_win32_socket_know(SOCKET given, int type, SOCKET *known);
// Tames a stream socket that this process had from elsewhere, and makes it
// known. MP_ETYPE it is no stream socket.
int mp_win32_socket_take(SOCKET *socket);
// Polls like WSAPoll(), up to the deadline: how many, 0 after it. MP_EINVAL one
// of them is no socket.
int mp_win32_socket_poll(WSAPOLLFD *polled, size_t count, int64_t deadline);
// 0 when it is ready for that, as WSAPoll() calls it; MP_ETIMEDOUT (not
// recorded) after the deadline.
int mp_win32_socket_wait(SOCKET socket, short what, int64_t deadline);
int mp_win32_socket_send(SOCKET socket, const mp_plat_piece_t *pieces,
                         size_t count, size_t *sent, int64_t deadline);
int mp_win32_socket_receive(SOCKET socket, void *bytes, size_t size,
                            size_t *received, int64_t deadline);

#endif
