// SPDX-License-Identifier: Apache-2.0
// A name of a pipe is there as long as one of its instances is. One waits at
// any time: all threads that accept ask for it together, and whoever sees that
// somebody has connected to it makes the next before taking it away.
#include "win32/win32_listen.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

#define PREFIX "\\\\.\\pipe\\"

typedef struct waiting {
    SRWLOCK lock; // of the instance
    HANDLE instance;
    HANDLE closing; // set when it is closed
    CONDITION_VARIABLE left;
    unsigned inside; // threads that accept
    wchar_t name[];
} waiting_t;

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
static int make_first(const char *name, waiting_t *waiting)
{
    bool there =
        WaitNamedPipeW(waiting->name, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
    if (!there) {
        int r = mp_win32_pipe_make(
            waiting->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
            PIPE_UNLIMITED_INSTANCES, &waiting->instance);
        if (r != MP_EACCES) {
            return r;
        }
    }
    return mp__fail(MP_EEXIST, 0, "the name of a pipe is in use: %s", name);
}

static int listen_at(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                     const wchar_t *name)
{
    size_t size = (wcslen(name) + 1) * sizeof(*name);
    waiting_t *waiting = calloc(1, sizeof(*waiting) + size);

    if (waiting == NULL) {
        return mp__fail(MP_ENOMEM, 0, "listener");
    }
    memcpy(waiting->name, name, size);
    InitializeSRWLock(&waiting->lock);
    InitializeConditionVariable(&waiting->left);
    waiting->closing = CreateEventW(NULL, TRUE, FALSE, NULL);
    int r = waiting->closing == NULL
                ? mp_win32_fail(GetLastError(), "an event cannot be made")
                : make_first(place->name, waiting);
    if (r < 0) {
        if (waiting->closing != NULL) {
            (void) CloseHandle(waiting->closing);
        }
        free(waiting);
        return r;
    }
    *listener = (mp_plat_listener_t){(intptr_t) waiting->closing, *place,
                                     mp_plat_pid(), waiting};
    return 0;
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

// ---- accepting ----

// With the lock held: hands the instance out that somebody has connected to.
// Without a next one it stays, and so does who connected.
static int take(waiting_t *waiting, HANDLE *pipe)
{
    HANDLE next = NULL;

    int r = mp_win32_pipe_make(waiting->name, PIPE_ACCESS_DUPLEX,
                               PIPE_UNLIMITED_INSTANCES, &next);
    if (r == 0) {
        *pipe = waiting->instance;
        waiting->instance = next;
    }
    return r;
}

// 0, MP_ETIMEDOUT (it has to wait, for what *instance tells) or a failure. Who
// has left again, may have sent something before.
static int try_accept(waiting_t *waiting, HANDLE *pipe, HANDLE *instance,
                      OVERLAPPED *operation)
{
    int r = MP_ETIMEDOUT;

    AcquireSRWLockExclusive(&waiting->lock);
    *instance = waiting->instance;
    DWORD error = ConnectNamedPipe(*instance, operation) ? 0 : GetLastError();
    if (error == 0 || error == ERROR_PIPE_CONNECTED || error == ERROR_NO_DATA) {
        r = take(waiting, pipe);
    } else if (error != ERROR_IO_PENDING) {
        r = mp_win32_fail(error, "nobody can connect to a pipe");
    }
    ReleaseSRWLockExclusive(&waiting->lock);
    return r;
}

// Waits until somebody connects, whoever will take him.
static int await(const waiting_t *waiting, HANDLE instance,
                 OVERLAPPED *operation, int64_t deadline)
{
    const HANDLE objects[] = {operation->hEvent, waiting->closing};
    DWORD which = 0;
    DWORD moved = 0;

    int r = mp_win32_wait_any(2, objects, deadline, &which);
    if (r < 0 || which == 1) {
        (void) CancelIoEx(instance, operation);
    }
    (void) GetOverlappedResult(instance, operation, &moved, TRUE);
    return r == 0 && which == 1
               ? mp__fail(MP_EEOF, 0, "the listener has been closed")
               : r;
}

static int accept_any(waiting_t *waiting, HANDLE *pipe, int64_t deadline)
{
    for (;;) {
        OVERLAPPED operation;
        HANDLE instance = NULL;
        int r = mp_win32_operation(&operation);
        if (r == 0) {
            r = try_accept(waiting, pipe, &instance, &operation);
        }
        if (r != MP_ETIMEDOUT) {
            return r;
        }
        r = await(waiting, instance, &operation, deadline);
        if (r < 0) {
            return r;
        }
    }
}

int mp_win32_pipe_accept(const mp_plat_listener_t *listener, HANDLE *pipe,
                         int64_t deadline)
{
    waiting_t *waiting = listener->more;

    AcquireSRWLockExclusive(&waiting->lock);
    waiting->inside++;
    ReleaseSRWLockExclusive(&waiting->lock);
    int r = accept_any(waiting, pipe, deadline);
    AcquireSRWLockExclusive(&waiting->lock);
    waiting->inside--;
    WakeAllConditionVariable(&waiting->left);
    ReleaseSRWLockExclusive(&waiting->lock);
    return r;
}

int mp_win32_listener_look(const mp_plat_listener_t *listener, bool *ready)
{
    waiting_t *waiting = listener->more;
    DWORD length = 0;
    bool some = false;

    AcquireSRWLockShared(&waiting->lock);
    DWORD error = mp_win32_pipe_look(waiting->instance, &some, &length);
    ReleaseSRWLockShared(&waiting->lock);
    *ready = error != ERROR_BAD_PIPE; // it says that nobody has connected
    return 0;
}

void mp_win32_pipe_listener_close(mp_plat_listener_t *listener)
{
    waiting_t *waiting = listener->more;

    (void) SetEvent(waiting->closing);
    AcquireSRWLockExclusive(&waiting->lock);
    while (waiting->inside > 0) {
        (void) SleepConditionVariableSRW(&waiting->left, &waiting->lock,
                                         INFINITE, 0);
    }
    ReleaseSRWLockExclusive(&waiting->lock);
    (void) CloseHandle(waiting->instance);
    (void) CloseHandle(waiting->closing);
    free(waiting);
}
