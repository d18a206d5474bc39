// SPDX-License-Identifier: Apache-2.0
// Taking a message with what stands before it.
#include "win32/win32_link.h"

#include <limits.h>

#include "platform/fail.h"

#define LINK_TEXT "a link to another process"

const size_t mp_plat_link_step = 0; // nothing is promised of it

int mp_plat_link_peek(const mp_plat_link_t *link, void *bytes, size_t size,
                      size_t *seen)
{
    *seen = 0;
    if (link->kind != MP_PLAT_LINK_STREAM) {
        return MP_ENOTSUP;
    }
    int moved = recv((SOCKET) link->handle, bytes, (int) size, MSG_PEEK);
    if (moved > 0) {
        *seen = (size_t) moved;
        return 0;
    }
    if (moved == 0) {
        return mp__fail(MP_EEOF, 0, "the other process closed the link");
    }
    return WSAGetLastError() == WSAEWOULDBLOCK
               ? MP_ETIMEDOUT
               : mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
}

int mp_plat_link_receive_behind(const mp_plat_link_t *link, size_t before,
                                void *bytes, size_t size, size_t *received,
                                int64_t deadline)
{
    char dropped[MP_PLAT_BEFORE_MOST];
    WSABUF row[2] = {{(ULONG) before, dropped},
                     {(ULONG) (size < INT_MAX ? size : INT_MAX), bytes}};
    DWORD moved = 0;
    DWORD flags = 0;
    size_t more = 0;

    *received = 0;
    if (WSARecv((SOCKET) link->handle, row, 2, &moved, &flags, NULL, NULL) !=
        0) {
        return mp_win32_socket_fail(WSAGetLastError(), LINK_TEXT);
    }
    if (moved < before) {
        return mp__fail(MP_EPROTO, 0,
                        "somebody else reads from the connection");
    }
    *received = moved - before;
    int r = mp_plat_link_receive(link, (char *) bytes + *received,
                                 size - *received, &more, deadline);
    *received += more;
    return r;
}
