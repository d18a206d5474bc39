// SPDX-License-Identifier: Apache-2.0
#include "win32/win32_listen.h"

#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

#define NS_PER_MS INT64_C(1000000)

bool mp_plat_family_here(mp_plat_family_t family)
{
    switch (family) {
    case MP_PLAT_FAMILY_PIPE:
        return true;
    case MP_PLAT_FAMILY_INET:
    case MP_PLAT_FAMILY_INET6:
        return mp_win32_inet_here();
    case MP_PLAT_FAMILY_UNIX:
    case MP_PLAT_FAMILY_NONE:
        break;
    }
    return false;
}

static int no_family(void)
{
    return mp__fail(MP_EINVAL, 0, "this family of places is not there");
}

static void no_place(mp_plat_place_t *place, mp_plat_family_t family)
{
    place->family = family;
    place->port = 0;
    place->size = 0;
    place->name[0] = '\0';
}

int mp_plat_listen(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                   int backlog)
{
    *listener = (mp_plat_listener_t){.handle = MP_PLAT_NONE};
    if (!mp_plat_family_here(place->family)) {
        return no_family();
    }
    return place->family == MP_PLAT_FAMILY_PIPE
               ? mp_win32_pipe_listen(listener, place)
               : mp_win32_inet_listen(listener, place, backlog);
}

int mp_plat_accept(const mp_plat_listener_t *listener, mp_plat_link_t *link,
                   mp_plat_place_t *from, int64_t deadline)
{
    HANDLE pipe = NULL;

    if (listener->handle == MP_PLAT_NONE) {
        return mp__fail(MP_EEOF, 0, "the listener has been closed");
    }
    if (listener->place.family != MP_PLAT_FAMILY_PIPE) {
        return mp_win32_inet_accept(listener, link, from, deadline);
    }
    int r = mp_win32_pipe_accept(listener, &pipe, deadline);
    if (r == 0) {
        *link = (mp_plat_link_t){(intptr_t) pipe, MP_PLAT_LINK_MESSAGES, true};
        no_place(from, MP_PLAT_FAMILY_PIPE);
    }
    return r;
}

intptr_t mp_plat_listener_passes(const mp_plat_listener_t *listener)
{
    return listener->handle != MP_PLAT_NONE &&
                   listener->place.family == MP_PLAT_FAMILY_PIPE
               ? (intptr_t) mp_win32_pipe_listener_keeper(listener)
               : listener->handle;
}

int mp_plat_listener_adopt(mp_plat_listener_t *listener, intptr_t handle)
{
    if (listener->place.family == MP_PLAT_FAMILY_PIPE) {
        return mp_win32_pipe_listener_adopt(listener, (HANDLE) handle);
    }
    SOCKET socket = (SOCKET) handle;
    int r = mp_win32_socket_take(&socket);
    if (r == 0) {
        listener->handle = (intptr_t) socket;
        listener->owner = -1;
        listener->more = NULL;
    }
    return r;
}

void mp_plat_listener_close(mp_plat_listener_t *listener)
{
    if (listener->handle == MP_PLAT_NONE) {
        return;
    }
    if (listener->place.family == MP_PLAT_FAMILY_PIPE) {
        mp_win32_pipe_listener_close(listener);
    } else {
        (void) closesocket((SOCKET) listener->handle);
    }
    listener->handle = MP_PLAT_NONE;
    listener->more = NULL;
}

// ---- connecting to a pipe ----

// Rounded up; 0 would be the time that the pipe's maker chose.
static DWORD milliseconds_until(int64_t deadline)
{
    const int64_t slice = 100;
    int64_t left = deadline == MP_PLAT_NEVER ? slice * NS_PER_MS
                                             : deadline - mp_plat_now();
    int64_t whole = left <= 0 ? 1 : (left - 1) / NS_PER_MS + 1;

    return (DWORD) (whole < slice ? whole : slice);
}

static bool is_over(int64_t deadline)
{
    return deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline;
}

// Between what is free and who opens it, another may be faster.
static int open_when_free(const mp_plat_place_t *place, const wchar_t *name,
                          HANDLE *pipe, int64_t deadline)
{
    for (;;) {
        DWORD error =
            mp_win32_pipe_open(name, GENERIC_READ | GENERIC_WRITE, pipe);
        if (error == 0) {
            return 0;
        }
        if (error != ERROR_PIPE_BUSY) {
            return mp_win32_fail_path(error, "a pipe cannot be connected to",
                                      place->name);
        }
        if (is_over(deadline)) {
            return mp__fail(MP_ETIMEDOUT, 0, "the pipe is busy: %s",
                            place->name);
        }
        (void) WaitNamedPipeW(name, milliseconds_until(deadline));
    }
}

static int connect_pipe(mp_plat_link_t *link, const mp_plat_place_t *place,
                        int64_t deadline)
{
    wchar_t *name = NULL;
    HANDLE pipe = NULL;

    if (!mp_win32_is_pipe_name(place)) { // it would open a file
        return mp__fail(MP_EINVAL, 0, "no name of a pipe of this machine: %s",
                        place->name);
    }
    int r = mp_win32_to_wide(place->name, &name);
    if (r == 0) {
        r = open_when_free(place, name, &pipe, deadline);
        free(name);
    }
    if (r == 0) {
        *link = (mp_plat_link_t){(intptr_t) pipe, MP_PLAT_LINK_MESSAGES, true};
    }
    return r;
}

int mp_plat_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                    int64_t deadline)
{
    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    if (!mp_plat_family_here(place->family)) {
        return no_family();
    }
    return place->family == MP_PLAT_FAMILY_PIPE
               ? connect_pipe(link, place, deadline)
               : mp_win32_inet_connect(link, place, deadline);
}
