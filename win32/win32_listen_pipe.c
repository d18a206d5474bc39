// SPDX-License-Identifier: Apache-2.0
// A name of a pipe is there as long as one of its instances is; the door keeps
// one for that. Another waits at any time, for all who listen: see
// win32_accept_pipe.c.
#include "win32/win32_listen_pipe.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

#define PREFIX "\\\\.\\pipe\\"

// ---- birth ----

static int wide_name(mp_plat_place_t *place, wchar_t **wide)
{
    char name[MP_WIN32_PIPE_NAME];

    if (place->size == 0) {
        int r = mp_win32_pipe_name(name, "pyc");
        if (r < 0) {
            return r;
        }
        place->size = strlen(name);
        memcpy(place->name, name, place->size + 1);
    }
    if (!mp_win32_is_pipe_name(place)) {
        return mp__fail(MP_EINVAL, 0, "no name of a pipe of this machine: %s",
                        place->name);
    }
    return mp_win32_to_wide(place->name, wide);
}

bool mp_win32_is_pipe_name(const mp_plat_place_t *place)
{
    size_t prefix = strlen(PREFIX);

    return strlen(place->name) == place->size && place->size > prefix &&
           _strnicmp(place->name, PREFIX, prefix) == 0;
}

// Wine makes a first instance even if there is another, so somebody has to
// look. What Windows says of a second one is that access is denied.
static int make_first(const char *name, mp_win32_pipe_listener_t *waiting)
{
    bool there =
        WaitNamedPipeW(waiting->name, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
    if (!there) {
        int r = mp_win32_door_make(&waiting->door, waiting->name);
        if (r != MP_EACCES) {
            return r;
        }
    }
    return mp__fail(MP_EEXIST, 0, "the name of a pipe is in use: %s", name);
}

// NULL: mp__fail_last() says why.
static mp_win32_pipe_listener_t *new_waiting(const wchar_t *name)
{
    size_t size = (wcslen(name) + 1) * sizeof(*name);
    mp_win32_pipe_listener_t *waiting = calloc(1, sizeof(*waiting) + size);

    if (waiting == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "listener");
        return NULL;
    }
    memcpy(waiting->name, name, size);
    InitializeSRWLock(&waiting->lock);
    InitializeConditionVariable(&waiting->left);
    waiting->closing = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (waiting->closing == NULL) {
        (void) mp_win32_fail(GetLastError(), "an event cannot be made");
        free(waiting);
        return NULL;
    }
    return waiting;
}

static void free_waiting(mp_win32_pipe_listener_t *waiting)
{
    mp_win32_door_close(&waiting->door);
    (void) CloseHandle(waiting->closing);
    free(waiting);
}

// ---- listening ----

static int listen_at(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                     const wchar_t *name)
{
    mp_win32_pipe_listener_t *waiting = new_waiting(name);

    if (waiting == NULL) {
        return mp__fail_last()->code;
    }
    int r = make_first(place->name, waiting);
    if (r == 0) {
        mp_win32_pipe_listener_enter(waiting);
        r = mp_win32_pipe_listener_ask(waiting);
        if (r < 0) {
            mp_win32_door_leave(&waiting->door);
        }
        mp_win32_pipe_listener_leave(waiting);
    }
    if (r < 0) {
        free_waiting(waiting);
        return r;
    }
    *listener = (mp_plat_listener_t){(intptr_t) waiting->closing, *place,
                                     mp_plat_pid(), waiting};
    return 0;
}

int mp_win32_pipe_listener_adopt(mp_plat_listener_t *listener, HANDLE keeper)
{
    wchar_t *name = NULL;

    int r = mp_win32_to_wide(listener->place.name, &name);
    if (r < 0 || name == NULL) {
        return r;
    }
    mp_win32_pipe_listener_t *waiting = new_waiting(name);
    free(name);
    if (waiting == NULL) {
        return mp__fail_last()->code;
    }
    r = mp_win32_door_open(&waiting->door, keeper);
    if (r < 0) {
        free_waiting(waiting);
        return r;
    }
    waiting->shared = true;
    mp_win32_pipe_listener_enter(waiting);
    (void) mp_win32_pipe_listener_ask(waiting); // who accepts will say why
    mp_win32_pipe_listener_rest(waiting);
    mp_win32_pipe_listener_leave(waiting);
    mp_win32_pipe_listener_list(waiting);
    listener->handle = (intptr_t) waiting->closing;
    listener->owner = -1;
    listener->more = waiting;
    return 0;
}

// From here on others may have it.
HANDLE mp_win32_pipe_listener_keeper(const mp_plat_listener_t *listener)
{
    mp_win32_pipe_listener_t *waiting = listener->more;

    mp_win32_pipe_listener_list(waiting);
    AcquireSRWLockExclusive(&waiting->lock);
    waiting->shared = true;
    mp_win32_door_lock(&waiting->door);
    mp_win32_pipe_listener_rest(waiting);
    mp_win32_pipe_listener_leave(waiting);
    return waiting->door.keeper;
}

int mp_win32_pipe_listen(mp_plat_listener_t *listener,
                         const mp_plat_place_t *place)
{
    mp_plat_place_t here = *place;
    wchar_t *name = NULL;

    int r = wide_name(&here, &name);
    if (r == 0 && name != NULL) {
        r = listen_at(listener, &here, name);
        free(name);
    }
    return r;
}

// ---- the end ----

void mp_win32_pipe_listener_close(mp_plat_listener_t *listener)
{
    mp_win32_pipe_listener_t *waiting = listener->more;

    mp_win32_pipe_listener_unlist(waiting);
    (void) SetEvent(waiting->closing);
    AcquireSRWLockExclusive(&waiting->lock);
    while (waiting->inside > 0) {
        (void) SleepConditionVariableSRW(&waiting->left, &waiting->lock,
                                         INFINITE, 0);
    }
    ReleaseSRWLockExclusive(&waiting->lock);
    mp_win32_pipe_listener_enter(waiting);
    if (waiting->instance != NULL) {
        mp_win32_pipe_listener_forget(waiting);
    }
    mp_win32_door_leave(&waiting->door);
    mp_win32_pipe_listener_leave(waiting);
    free_waiting(waiting);
}
