// SPDX-License-Identifier: Apache-2.0
// Windows has one call to wait for handles, and at most 64 of them, another for
// sockets, and none for pipes that takes no message away. What is of one kind
// is waited for by its call; a mixture is looked at again and again, every
// PAUSE_MAX_MS at last.
#include "win32/win32_link.h"

#include <stdlib.h>

#include "platform/fail.h"
#include "win32/win32_listen.h"

#define NS_PER_MS INT64_C(1000000)
#define PAUSE_MAX_MS 10

typedef struct wait {
    mp_plat_source_t *sources;
    size_t count;
    size_t handles; // how many of each
    size_t sockets;
    size_t pipes;
    WSAPOLLFD *polled; // the sockets
} wait_t;

// ---- what a source is ----

// NULL: no handle. That of MP_PLAT_NONE would be this process.
static HANDLE handle_of(const mp_plat_source_t *source)
{
    return source->kind == MP_PLAT_SOURCE_HANDLE &&
                   source->of.handle != MP_PLAT_NONE
               ? (HANDLE) source->of.handle
               : NULL;
}

static SOCKET socket_of(const mp_plat_source_t *source)
{
    switch (source->kind) {
    case MP_PLAT_SOURCE_SOCKET:
        return (SOCKET) source->of.handle;
    case MP_PLAT_SOURCE_LINK:
        return source->of.link->kind == MP_PLAT_LINK_STREAM
                   ? (SOCKET) source->of.link->handle
                   : INVALID_SOCKET;
    case MP_PLAT_SOURCE_LISTENER:
        return source->of.listener->place.family != MP_PLAT_FAMILY_PIPE
                   ? (SOCKET) source->of.listener->handle
                   : INVALID_SOCKET;
    case MP_PLAT_SOURCE_HANDLE:
        break;
    }
    return INVALID_SOCKET;
}

static bool is_pipe(const mp_plat_source_t *source)
{
    return (source->kind == MP_PLAT_SOURCE_LINK &&
            source->of.link->kind == MP_PLAT_LINK_MESSAGES) ||
           (source->kind == MP_PLAT_SOURCE_LISTENER &&
            source->of.listener->place.family == MP_PLAT_FAMILY_PIPE);
}

// ---- looking ----

static int invalid(DWORD error)
{
    int code = mp_win32_code(error);

    return mp__fail(code == MP_ESYSTEM ? MP_EINVAL : code, (int) error,
                    "what is waited for is not open, or cannot be");
}

static int look_at_pipe(mp_plat_source_t *source)
{
    DWORD length = 0;

    if (source->kind == MP_PLAT_SOURCE_LISTENER) {
        return mp_win32_listener_look(source->of.listener, &source->ready);
    }
    DWORD error = mp_win32_pipe_look((HANDLE) source->of.link->handle,
                                     &source->ready, &length);
    if (error == 0) {
        return 0;
    }
    source->ready = mp_win32_code(error) == MP_EEOF;
    return source->ready ? 0 : invalid(error);
}

static int look_at_pipes(const wait_t *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        mp_plat_source_t *source = &wait->sources[i];
        int r = !source->ready && is_pipe(source) ? look_at_pipe(source) : 0;
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int look_at_sockets(const wait_t *wait, int64_t deadline)
{
    const WSAPOLLFD *polled = wait->polled;

    int r = wait->sockets > 0
                ? mp_win32_socket_poll(wait->polled, wait->sockets, deadline)
                : 0;
    for (size_t i = 0; r > 0 && i < wait->count; i++) {
        if (socket_of(&wait->sources[i]) == INVALID_SOCKET) {
            continue;
        }
        if ((polled->revents & POLLNVAL) != 0) {
            return invalid(WSAENOTSOCK);
        }
        wait->sources[i].ready = polled->revents != 0;
        polled++;
    }
    return r < 0 ? r : 0;
}

// The next handles that are not ready, from *from on, which becomes where the
// others begin.
typedef struct group {
    DWORD count;
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    size_t of[MAXIMUM_WAIT_OBJECTS]; // the sources
} group_t;

static void gather(group_t *group, const wait_t *wait, size_t *from)
{
    size_t i = *from;

    group->count = 0;
    for (; i < wait->count && group->count < MAXIMUM_WAIT_OBJECTS; i++) {
        const mp_plat_source_t *source = &wait->sources[i];
        if (source->kind == MP_PLAT_SOURCE_HANDLE && !source->ready) {
            group->handles[group->count] = handle_of(source);
            group->of[group->count++] = i;
        }
    }
    *from = i;
}

// Marks the first that is signalled within this time, which may have changed
// it: so each that is seen is told. Its number in the group, its size if there
// is none. A mutex whose owner died counts.
static int look_at_group(const wait_t *wait, const group_t *group, DWORD first,
                         DWORD timeout)
{
    DWORD count = group->count - first;

    DWORD which =
        WaitForMultipleObjects(count, &group->handles[first], FALSE, timeout);
    if (which == WAIT_TIMEOUT) {
        return (int) group->count;
    }
    if (which >= WAIT_ABANDONED_0 && which < WAIT_ABANDONED_0 + count) {
        which -= WAIT_ABANDONED_0;
    }
    if (which >= count) {
        return invalid(GetLastError());
    }
    wait->sources[group->of[first + which]].ready = true;
    return (int) (first + which);
}

static int look_at_handles(const wait_t *wait)
{
    group_t group;

    for (size_t from = 0; from < wait->count;) {
        gather(&group, wait, &from);
        for (DWORD next = 0; next < group.count;) {
            int r = look_at_group(wait, &group, next, 0);
            if (r < 0) {
                return r;
            }
            next = (DWORD) r + 1;
        }
    }
    return 0;
}

// How many are ready now.
static int look(const wait_t *wait)
{
    int ready = 0;

    int r = look_at_handles(wait);
    if (r == 0) {
        r = look_at_sockets(wait, MP_PLAT_AT_ONCE);
    }
    if (r == 0) {
        r = look_at_pipes(wait);
    }
    for (size_t i = 0; r == 0 && i < wait->count; i++) {
        ready += wait->sources[i].ready ? 1 : 0;
    }
    return r < 0 ? r : ready;
}

// ---- sleeping ----

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Up to this time, or until one of the first 64 handles is signalled. All that
// there is, if that is all.
static int sleep_on_handles(const wait_t *wait, int64_t until)
{
    group_t group;
    size_t from = 0;
    DWORD which = 0;

    gather(&group, wait, &from);
    if (group.count == 0) {
        int64_t left = until - mp_plat_now();
        if (until == MP_PLAT_NEVER) {
            Sleep(INFINITE);
        } else if (left > 0) {
            Sleep((DWORD) earlier((left - 1) / NS_PER_MS + 1, INT32_MAX));
        }
        return 0;
    }
    int r = mp_win32_wait_any(group.count, group.handles, until, &which);
    if (r == 0) {
        wait->sources[group.of[which]].ready = true;
    }
    return r == MP_ETIMEDOUT ? 0 : r;
}

// Until something may have changed. What is waited for by one call ends with
// the deadline, the rest after a pause, which grows.
static int doze(const wait_t *wait, int64_t *pause, int64_t deadline)
{
    bool only_sockets = wait->sockets == wait->count && wait->count > 0;
    bool one_call =
        wait->handles == wait->count && wait->handles <= MAXIMUM_WAIT_OBJECTS;

    if (only_sockets) {
        return look_at_sockets(wait, deadline);
    }
    if (one_call) {
        return sleep_on_handles(wait, deadline);
    }
    int64_t until = earlier(mp_plat_now() + *pause, deadline);
    *pause = earlier(*pause * 2, PAUSE_MAX_MS * NS_PER_MS);
    return sleep_on_handles(wait, until);
}

// ---- the whole ----

static int prepare(wait_t *wait)
{
    size_t used = 0;

    for (size_t i = 0; i < wait->count; i++) {
        const mp_plat_source_t *source = &wait->sources[i];
        wait->sources[i].ready = false;
        wait->sockets += socket_of(source) != INVALID_SOCKET ? 1 : 0;
        wait->handles += handle_of(source) != NULL ? 1 : 0;
        wait->pipes += is_pipe(source) ? 1 : 0;
    }
    if (wait->sockets + wait->handles + wait->pipes < wait->count) {
        return invalid(ERROR_INVALID_HANDLE);
    }
    if (wait->sockets == 0) {
        return 0;
    }
    wait->polled = calloc(wait->sockets, sizeof(*wait->polled));
    if (wait->polled == NULL) {
        return invalid(ERROR_NOT_ENOUGH_MEMORY);
    }
    for (size_t i = 0; i < wait->count; i++) {
        SOCKET socket = socket_of(&wait->sources[i]);
        if (socket != INVALID_SOCKET) {
            wait->polled[used++] = (WSAPOLLFD){socket, POLLRDNORM, 0};
        }
    }
    return mp_win32_winsock();
}

static void end_looking(const wait_t *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        const mp_plat_source_t *source = &wait->sources[i];
        if (source->kind == MP_PLAT_SOURCE_LISTENER && is_pipe(source)) {
            mp_win32_listener_looked(source->of.listener);
        }
    }
}

int mp_plat_wait_any(mp_plat_source_t *sources, size_t count, int64_t deadline)
{
    wait_t wait = {.sources = sources, .count = count};
    int64_t pause = NS_PER_MS;

    int r = prepare(&wait);
    while (r == 0) {
        bool over = deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline;
        r = look(&wait);
        if (r != 0 || over) {
            break;
        }
        r = doze(&wait, &pause, deadline);
    }
    end_looking(&wait);
    free(wait.polled);
    return r;
}
