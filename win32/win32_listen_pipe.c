// SPDX-License-Identifier: Apache-2.0
// A name of a pipe is there as long as one of its instances is; the door keeps
// one for that. Another waits at any time: all threads of all processes that
// accept ask for it together, and whoever sees that somebody has connected to
// it takes it away and makes the next.
#include "win32/win32_listen.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"
#include "win32/win32_door.h"

#define PREFIX "\\\\.\\pipe\\"

typedef struct waiting {
    mp_win32_door_t door;
    SRWLOCK lock;     // of the rest
    HANDLE instance;  // this process's copy of what waits, while it looks
    uint64_t serial;  // of that
    uint64_t keeping; // of the instance that was kept here last
    bool shared;      // with other processes, or listeners of this one
    HANDLE closing;   // set when it is closed
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
        int r = mp_win32_door_make(&waiting->door, waiting->name);
        if (r != MP_EACCES) {
            return r;
        }
    }
    return mp__fail(MP_EEXIST, 0, "the name of a pipe is in use: %s", name);
}

// NULL: mp__fail_last() says why.
static waiting_t *new_waiting(const wchar_t *name)
{
    size_t size = (wcslen(name) + 1) * sizeof(*name);
    waiting_t *waiting = calloc(1, sizeof(*waiting) + size);

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

static void free_waiting(waiting_t *waiting)
{
    mp_win32_door_close(&waiting->door);
    (void) CloseHandle(waiting->closing);
    free(waiting);
}

// ---- the instance that waits ----

static void enter(waiting_t *waiting)
{
    AcquireSRWLockExclusive(&waiting->lock);
    if (waiting->shared) {
        mp_win32_door_lock(&waiting->door);
    }
}

static void leave(waiting_t *waiting)
{
    if (waiting->shared) {
        mp_win32_door_unlock(&waiting->door);
    }
    ReleaseSRWLockExclusive(&waiting->lock);
}

static void forget(waiting_t *waiting)
{
    (void) CloseHandle(waiting->instance);
    waiting->instance = NULL;
}

// What is kept here is closed by whoever takes it, so what this process asks is
// a copy, also of its own.
static int make_next(waiting_t *waiting)
{
    HANDLE next = NULL;

    int r = mp_win32_pipe_make(waiting->name, PIPE_ACCESS_DUPLEX,
                               PIPE_UNLIMITED_INSTANCES, &next);
    if (r < 0) {
        return r;
    }
    waiting->keeping = mp_win32_door_keep(&waiting->door, next, 0);
    waiting->instance = mp_win32_door_copy(&waiting->door, &waiting->serial);
    return waiting->instance != NULL
               ? 0
               : mp_win32_fail(GetLastError(), "a pipe cannot be waited at");
}

// Inside.
static int find_instance(waiting_t *waiting)
{
    if (waiting->instance == NULL) {
        waiting->instance =
            mp_win32_door_copy(&waiting->door, &waiting->serial);
    }
    if (waiting->instance != NULL &&
        mp_win32_door_is_taken(&waiting->door, waiting->serial)) {
        forget(waiting);
        waiting->instance =
            mp_win32_door_copy(&waiting->door, &waiting->serial);
    }
    return waiting->instance == NULL ? make_next(waiting) : 0;
}

// Inside: nobody of this process asks any more. A copy would keep the pipe open
// of whom another process takes in; but if it is the last one, it is kept.
static void stop_asking(waiting_t *waiting)
{
    bool here = false;

    if (waiting->instance == NULL || waiting->inside > 0 || !waiting->shared) {
        return;
    }
    bool same = mp_win32_door_is_kept(&waiting->door, waiting->serial, &here);
    if (same || mp_win32_door_is_taken(&waiting->door, waiting->serial) ||
        waiting->door.waiting->pid != 0) {
        forget(waiting);
        return;
    }
    waiting->keeping =
        mp_win32_door_keep(&waiting->door, waiting->instance, waiting->serial);
    waiting->instance = NULL;
}

// Inside: what is kept is kept here from now on, as the parent of this process
// may close it.
static void keep_here(waiting_t *waiting)
{
    bool here = false;

    if (find_instance(waiting) < 0) {
        return; // who accepts will say why
    }
    (void) mp_win32_door_is_kept(&waiting->door, waiting->serial, &here);
    if (here) {
        forget(waiting);
        return;
    }
    mp_win32_door_leave(&waiting->door);
    waiting->keeping =
        mp_win32_door_keep(&waiting->door, waiting->instance, waiting->serial);
    waiting->instance = NULL;
}

// ---- listening ----

static int listen_at(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                     const wchar_t *name)
{
    waiting_t *waiting = new_waiting(name);

    if (waiting == NULL) {
        return mp__fail_last()->code;
    }
    int r = make_first(place->name, waiting);
    if (r == 0) {
        enter(waiting);
        r = find_instance(waiting);
        stop_asking(waiting);
        leave(waiting);
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
    waiting_t *waiting = new_waiting(name);
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
    enter(waiting);
    keep_here(waiting);
    leave(waiting);
    listener->handle = (intptr_t) waiting->closing;
    listener->owner = -1;
    listener->more = waiting;
    return 0;
}

// From here on others may have it.
HANDLE mp_win32_pipe_listener_keeper(const mp_plat_listener_t *listener)
{
    waiting_t *waiting = listener->more;

    AcquireSRWLockExclusive(&waiting->lock);
    waiting->shared = true;
    mp_win32_door_lock(&waiting->door);
    stop_asking(waiting);
    leave(waiting);
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

// ---- accepting ----

// Inside: hands the instance out that somebody has connected to. What comes
// next need not be found now: the name stays without it.
static HANDLE take(waiting_t *waiting)
{
    HANDLE pipe = waiting->instance;
    bool here = false;

    mp_win32_door_take(&waiting->door, waiting->serial);
    if (mp_win32_door_is_kept(&waiting->door, waiting->serial, &here)) {
        mp_win32_door_leave(&waiting->door);
    }
    waiting->instance = NULL;
    (void) find_instance(waiting);
    return pipe;
}

// 0, MP_ETIMEDOUT (it has to wait, for what *instance tells) or a failure. Who
// has left again, may have sent something before.
static int try_accept(waiting_t *waiting, HANDLE *pipe, HANDLE *instance,
                      OVERLAPPED *operation)
{
    enter(waiting);
    int r = find_instance(waiting);
    if (r == 0) {
        *instance = waiting->instance;
        DWORD error =
            ConnectNamedPipe(*instance, operation) ? 0 : GetLastError();
        if (error == ERROR_IO_PENDING) {
            r = MP_ETIMEDOUT;
        } else if (error == 0 || error == ERROR_PIPE_CONNECTED ||
                   error == ERROR_NO_DATA) {
            *pipe = take(waiting);
        } else {
            r = mp_win32_fail(error, "nobody can connect to a pipe");
        }
    }
    leave(waiting);
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
    enter(waiting);
    waiting->inside--;
    stop_asking(waiting);
    WakeAllConditionVariable(&waiting->left);
    leave(waiting);
    return r;
}

int mp_win32_listener_look(const mp_plat_listener_t *listener, bool *ready)
{
    waiting_t *waiting = listener->more;
    DWORD error = ERROR_BAD_PIPE; // nobody has connected
    DWORD length = 0;
    bool some = false;

    enter(waiting);
    int r = find_instance(waiting);
    if (r == 0) {
        error = mp_win32_pipe_look(waiting->instance, &some, &length);
    }
    leave(waiting);
    *ready = error != ERROR_BAD_PIPE;
    return r;
}

void mp_win32_listener_looked(const mp_plat_listener_t *listener)
{
    waiting_t *waiting = listener->more;

    enter(waiting);
    stop_asking(waiting);
    leave(waiting);
}

// Inside: what is kept here ends with this listener.
static void end(waiting_t *waiting)
{
    bool here = false;

    if (waiting->instance != NULL) {
        forget(waiting);
    }
    if (mp_win32_door_is_kept(&waiting->door, waiting->keeping, &here) &&
        here) {
        mp_win32_door_leave(&waiting->door);
    }
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
    enter(waiting);
    end(waiting);
    leave(waiting);
    free_waiting(waiting);
}
