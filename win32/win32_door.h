// SPDX-License-Identifier: Apache-2.0
// What all processes share that listen at one named pipe: the instance that
// waits for the next client. One of them keeps it, the others take copies from
// that one for as long as they accept; whoever sees that somebody has connected
// says that it is taken, and makes the next.
#ifndef MP_WIN32_DOOR_H
#define MP_WIN32_DOOR_H

#include "win32/win32_link.h"

#define MP_WIN32_DOOR_TAKEN 64

// In memory that all map; zero at first, and guarded by the mutex.
typedef struct mp_win32_waiting {
    uint64_t serial; // of the last instance that there was
    uint64_t pid;    // who keeps it; 0: nobody
    uint64_t born;
    uint64_t handle; // its number in that process
    // Of those that somebody took, at their serial modulo this.
    uint64_t taken[MP_WIN32_DOOR_TAKEN];
} mp_win32_waiting_t;

typedef struct mp_win32_door {
    HANDLE keeper; // an instance that nobody can connect to: with it the name
                   // stays, and a process that has it can open the rest
    HANDLE mutex;
    HANDLE section;
    mp_win32_waiting_t *waiting;
    uint64_t born; // this process
} mp_win32_door_t;

// With the first instance of this name of a pipe. MP_EACCES there is another.
int mp_win32_door_make(mp_win32_door_t *door, const wchar_t *pipe);
// By a keeper that this process was given; it stays the caller's on failure.
int mp_win32_door_open(mp_win32_door_t *door, HANDLE keeper);
void mp_win32_door_close(mp_win32_door_t *door);

void mp_win32_door_lock(const mp_win32_door_t *door);
void mp_win32_door_unlock(const mp_win32_door_t *door);

// The rest with the lock held. A copy of the instance that is kept: *serial,
// and NULL if there is none.
HANDLE mp_win32_door_copy(const mp_win32_door_t *door, uint64_t *serial);
// Keeps an instance, whose handle is the door's from then on; serial 0: a new
// one. Returns its serial.
uint64_t mp_win32_door_keep(const mp_win32_door_t *door, HANDLE instance,
                            uint64_t serial);
// Closes what is kept, in whatever process.
void mp_win32_door_leave(const mp_win32_door_t *door);
// Whether it is kept by this process, and with that serial.
bool mp_win32_door_is_kept(const mp_win32_door_t *door, uint64_t serial,
                           bool *here);
void mp_win32_door_take(const mp_win32_door_t *door, uint64_t serial);
bool mp_win32_door_is_taken(const mp_win32_door_t *door, uint64_t serial);

#endif
