// SPDX-License-Identifier: Apache-2.0
// The listeners of this process that others may have, by the handle that they
// pass on: a child is among those who hold what waits before it runs, so its
// parent can close a listener as soon as it has started the child.
#include "win32/win32_listen_pipe.h"

static SRWLOCK lock = SRWLOCK_INIT; // before that of any listener
static mp_win32_pipe_listener_t *shared;

static mp_win32_pipe_listener_t **find(const mp_win32_pipe_listener_t *waiting)
{
    mp_win32_pipe_listener_t **at = &shared;

    while (*at != NULL && *at != waiting) {
        at = &(*at)->next;
    }
    return at;
}

void mp_win32_pipe_listener_list(mp_win32_pipe_listener_t *waiting)
{
    AcquireSRWLockExclusive(&lock);
    mp_win32_pipe_listener_t **at = find(waiting);
    if (*at == NULL) {
        *at = waiting;
    }
    ReleaseSRWLockExclusive(&lock);
}

void mp_win32_pipe_listener_unlist(mp_win32_pipe_listener_t *waiting)
{
    AcquireSRWLockExclusive(&lock);
    mp_win32_pipe_listener_t **at = find(waiting);
    if (*at != NULL) {
        *at = waiting->next;
    }
    ReleaseSRWLockExclusive(&lock);
}

// With the lock held.
static mp_win32_pipe_listener_t *of_handle(intptr_t handle)
{
    mp_win32_pipe_listener_t *waiting = shared;

    while (waiting != NULL && (intptr_t) waiting->door.keeper != handle) {
        waiting = waiting->next;
    }
    return waiting;
}

bool mp_win32_pipe_listeners_among(const intptr_t *handles, size_t count)
{
    bool some = false;

    AcquireSRWLockShared(&lock);
    for (size_t i = 0; i < count && !some; i++) {
        some = of_handle(handles[i]) != NULL;
    }
    ReleaseSRWLockShared(&lock);
    return some;
}

void mp_win32_pipe_listeners_expect(const intptr_t *handles, size_t count,
                                    const PROCESS_INFORMATION *child)
{
    AcquireSRWLockShared(&lock);
    for (size_t i = 0; i < count; i++) {
        mp_win32_pipe_listener_t *waiting = of_handle(handles[i]);
        if (waiting != NULL) {
            mp_win32_pipe_listener_enter(waiting);
            mp_win32_door_expect(&waiting->door, child->hProcess,
                                 child->dwProcessId);
            mp_win32_pipe_listener_leave(waiting);
        }
    }
    ReleaseSRWLockShared(&lock);
}
