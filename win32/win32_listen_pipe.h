// SPDX-License-Identifier: Apache-2.0
// A listener at a named pipe, as its files see it.
#ifndef MP_WIN32_LISTEN_PIPE_H
#define MP_WIN32_LISTEN_PIPE_H

#include "win32/win32_door.h"
#include "win32/win32_listen.h"

typedef struct mp_win32_pipe_listener {
    mp_win32_door_t door;
    SRWLOCK lock;    // of the rest
    HANDLE instance; // this process's copy of what waits, while it looks
    uint64_t serial; // of that
    bool shared;     // with other processes, or listeners of this one
    HANDLE closing;  // set when it is closed
    CONDITION_VARIABLE left;
    unsigned inside;                     // threads that accept
    struct mp_win32_pipe_listener *next; // of those that are shared
    wchar_t name[];
} mp_win32_pipe_listener_t;

// Both locks, or only the first as long as nobody shares it.
void mp_win32_pipe_listener_enter(mp_win32_pipe_listener_t *waiting);
void mp_win32_pipe_listener_leave(mp_win32_pipe_listener_t *waiting);

// Others may have it from here on, or no longer (win32_shared_pipe.c).
void mp_win32_pipe_listener_list(mp_win32_pipe_listener_t *waiting);
void mp_win32_pipe_listener_unlist(mp_win32_pipe_listener_t *waiting);

// Inside. Has a copy of what waits, which is made if nothing does.
int mp_win32_pipe_listener_ask(mp_win32_pipe_listener_t *waiting);
// The copy is let go of if nobody of this process asks any more: it would keep
// the pipe open of whom another process takes in.
void mp_win32_pipe_listener_rest(mp_win32_pipe_listener_t *waiting);
void mp_win32_pipe_listener_forget(mp_win32_pipe_listener_t *waiting);

#endif
