// SPDX-License-Identifier: Apache-2.0
// All threads of all processes that accept ask together for the instance that
// waits, each with a copy of its own; whoever sees that somebody has connected
// to it takes it away and makes the next.
#include "win32/win32_listen_pipe.h"

#include "platform/fail.h"

// ---- the instance that waits ----

void mp_win32_pipe_listener_enter(mp_win32_pipe_listener_t *waiting)
{
    AcquireSRWLockExclusive(&waiting->lock);
    if (waiting->shared) {
        mp_win32_door_lock(&waiting->door);
    }
}

void mp_win32_pipe_listener_leave(mp_win32_pipe_listener_t *waiting)
{
    if (waiting->shared) {
        mp_win32_door_unlock(&waiting->door);
    }
    ReleaseSRWLockExclusive(&waiting->lock);
}

void mp_win32_pipe_listener_forget(mp_win32_pipe_listener_t *waiting)
{
    (void) CloseHandle(waiting->instance);
    waiting->instance = NULL;
}

static int copy_waiting(mp_win32_pipe_listener_t *waiting)
{
    return mp_win32_door_copy(&waiting->door, &waiting->instance,
                              &waiting->serial);
}

// What is shared is closed by whoever takes it, so what this process asks is a
// copy, also of its own.
static int make_next(mp_win32_pipe_listener_t *waiting)
{
    HANDLE next = NULL;

    int r = mp_win32_pipe_make(waiting->name, PIPE_ACCESS_DUPLEX,
                               PIPE_UNLIMITED_INSTANCES, &next);
    if (r < 0) {
        return r;
    }
    mp_win32_door_share(&waiting->door, next);
    r = copy_waiting(waiting);
    if (r == 0 && waiting->instance == NULL) {
        r = mp__fail(MP_ENOMEM, 0, "a pipe that nobody can have");
    }
    return r;
}

int mp_win32_pipe_listener_ask(mp_win32_pipe_listener_t *waiting)
{
    int r = 0;

    if (waiting->instance != NULL &&
        mp_win32_door_is_taken(&waiting->door, waiting->serial)) {
        mp_win32_pipe_listener_forget(waiting);
    }
    if (waiting->instance == NULL) {
        r = copy_waiting(waiting);
    }
    return r == 0 && waiting->instance == NULL ? make_next(waiting) : r;
}

void mp_win32_pipe_listener_rest(mp_win32_pipe_listener_t *waiting)
{
    if (waiting->instance == NULL || waiting->inside > 0 || !waiting->shared) {
        return;
    }
    mp_win32_door_hold(&waiting->door, waiting->instance, waiting->serial);
    mp_win32_pipe_listener_forget(waiting);
}

// ---- accepting ----

// Inside: hands the instance out that somebody has connected to. What comes
// next need not be found now: the name stays without it.
static HANDLE take(mp_win32_pipe_listener_t *waiting)
{
    HANDLE pipe = waiting->instance;

    mp_win32_door_take(&waiting->door, waiting->serial);
    waiting->instance = NULL;
    (void) mp_win32_pipe_listener_ask(waiting);
    return pipe;
}

// 0, MP_ETIMEDOUT (it has to wait, for what *instance tells) or a failure. Who
// has left again, may have sent something before.
static int try_accept(mp_win32_pipe_listener_t *waiting, HANDLE *pipe,
                      HANDLE *instance, OVERLAPPED *operation)
{
    mp_win32_pipe_listener_enter(waiting);
    int r = mp_win32_pipe_listener_ask(waiting);
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
    mp_win32_pipe_listener_leave(waiting);
    return r;
}

// Waits until somebody connects, whoever will take him.
static int await(const mp_win32_pipe_listener_t *waiting, HANDLE instance,
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

static int accept_any(mp_win32_pipe_listener_t *waiting, HANDLE *pipe,
                      int64_t deadline)
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
    mp_win32_pipe_listener_t *waiting = listener->more;

    AcquireSRWLockExclusive(&waiting->lock);
    waiting->inside++;
    ReleaseSRWLockExclusive(&waiting->lock);
    int r = accept_any(waiting, pipe, deadline);
    mp_win32_pipe_listener_enter(waiting);
    waiting->inside--;
    mp_win32_pipe_listener_rest(waiting);
    WakeAllConditionVariable(&waiting->left);
    mp_win32_pipe_listener_leave(waiting);
    return r;
}

int mp_win32_listener_look(const mp_plat_listener_t *listener, bool *ready)
{
    mp_win32_pipe_listener_t *waiting = listener->more;
    DWORD error = ERROR_BAD_PIPE; // nobody has connected
    DWORD length = 0;
    bool some = false;

    mp_win32_pipe_listener_enter(waiting);
    int r = mp_win32_pipe_listener_ask(waiting);
    if (r == 0) {
        error = mp_win32_pipe_look(waiting->instance, &some, &length);
    }
    mp_win32_pipe_listener_leave(waiting);
    *ready = error != ERROR_BAD_PIPE;
    return r;
}

void mp_win32_listener_looked(const mp_plat_listener_t *listener)
{
    mp_win32_pipe_listener_t *waiting = listener->more;

    mp_win32_pipe_listener_enter(waiting);
    mp_win32_pipe_listener_rest(waiting);
    mp_win32_pipe_listener_leave(waiting);
}
