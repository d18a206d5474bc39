// SPDX-License-Identifier: Apache-2.0
// Taking a message with what stands before it, in one step.
#include "win32/win32_link.h"

#include <limits.h>

#include "platform/fail.h"

const size_t mp_plat_link_step = 0; // no local link is a stream

int mp_plat_link_peek(const mp_plat_link_t *link, void *bytes, size_t size,
                      size_t *seen)
{
    *seen = 0;
    if (link->kind != MP_PLAT_LINK_STREAM) {
        return MP_ENOTSUP;
    }
    int done = recv((SOCKET) link->handle, bytes,
                    (int) (size < INT_MAX ? size : INT_MAX), MSG_PEEK);
    if (done > 0) {
        *seen = (size_t) done;
        return 0;
    }
    if (done == 0) {
        return mp__fail(MP_EEOF, 0, "the other side is closed");
    }
    int error = WSAGetLastError();
    return error == WSAEWOULDBLOCK
               ? MP_ETIMEDOUT
               : mp_win32_socket_fail(error, "a message cannot be seen");
}

// The part that is not dropped is counted. Some bytes are known to be there.
static int take_first(SOCKET socket, WSABUF row[2], size_t *received)
{
    DWORD done = 0;
    DWORD flags = 0;

    if (WSARecv(socket, row, 2, &done, &flags, NULL, NULL) != 0) {
        return mp_win32_socket_fail(WSAGetLastError(),
                                    "a message cannot be received");
    }
    if (done < row[0].len) {
        return mp__fail(MP_EPROTO, 0,
                        "somebody else reads from the connection");
    }
    *received = done - row[0].len;
    return 0;
}

int mp_plat_link_receive_behind(const mp_plat_link_t *link, size_t before,
                                void *bytes, size_t size, size_t *received,
                                int64_t deadline)
{
    char dropped[MP_PLAT_BEFORE_MOST];
    WSABUF row[2] = {{(ULONG) before, dropped},
                     {(ULONG) (size < INT_MAX ? size : INT_MAX), bytes}};
    size_t more = 0;

    *received = 0;
    int r = take_first((SOCKET) link->handle, row, received);
    if (r < 0 || *received == size) {
        return r;
    }
    r = mp_plat_link_receive(link, (char *) bytes + *received, size - *received,
                             &more, deadline);
    *received += more;
    return r;
}
