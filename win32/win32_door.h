// SPDX-License-Identifier: Apache-2.0
// What all processes share that listen at one named pipe: the instance that
// waits for the next client. Each has a handle to it, so that the end of one,
// of whatever kind, takes no client along; whoever sees that somebody has
// connected closes those of the others, and gives them the next.
#ifndef MP_WIN32_DOOR_H
#define MP_WIN32_DOOR_H

#include "win32/win32_link.h"

#define MP_WIN32_DOOR_TAKEN 64
#define MP_WIN32_DOOR_HOLDERS 64
#define MP_WIN32_DOOR_NOWHERE MP_WIN32_DOOR_HOLDERS

// A listener of some process.
typedef struct mp_win32_holder {
    uint64_t pid; // 0: none
    uint64_t born;
    uint64_t handle; // to what waits, its number there; 0: it has none
    // To this memory, of a child that has not adopted the listener yet: it must
    // find what it was given even if nobody else has it any more; 0: it has.
    uint64_t section;
} mp_win32_holder_t;

// In memory that all map; zero at first, and guarded by the mutex.
typedef struct mp_win32_waiting {
    uint64_t serial; // of the last instance that there was
    uint64_t places; // of holders, that were ever used
    mp_win32_holder_t holders[MP_WIN32_DOOR_HOLDERS];
    // Of those instances that somebody took, at their serial modulo this.
    uint64_t taken[MP_WIN32_DOOR_TAKEN];
} mp_win32_waiting_t;

typedef struct mp_win32_door {
    HANDLE keeper; // an instance that nobody can connect to: with it the name
                   // stays, and a process that has it can open the rest
    HANDLE mutex;
    HANDLE section;
    mp_win32_waiting_t *waiting;
    uint64_t born; // this process
    size_t place;  // this listener's among the holders
} mp_win32_door_t;

// With the first instance of this name of a pipe. MP_EACCES there is another.
int mp_win32_door_make(mp_win32_door_t *door, const wchar_t *pipe);
// By a keeper that this process was given; it stays the caller's on failure.
int mp_win32_door_open(mp_win32_door_t *door, HANDLE keeper);
void mp_win32_door_close(mp_win32_door_t *door);

void mp_win32_door_lock(const mp_win32_door_t *door);
void mp_win32_door_unlock(const mp_win32_door_t *door);

// ---- with the lock held (win32_door_holders.c) ----

// A copy of what waits and its serial; NULL: nothing does.
int mp_win32_door_copy(const mp_win32_door_t *door, HANDLE *copy,
                       uint64_t *serial);
// Shares an instance with all holders, as the next that waits; its handle is
// the door's from then on.
void mp_win32_door_share(mp_win32_door_t *door, HANDLE next);
// This listener is a holder, if there is place for one, and has a handle to
// what waits, of which it has that copy.
void mp_win32_door_hold(mp_win32_door_t *door, HANDLE copy, uint64_t serial);
// A child that has just been made, and does not run, is a holder: it will find
// its place. Children that are not heard of find one when they come.
void mp_win32_door_expect(const mp_win32_door_t *door, HANDLE process,
                          DWORD pid);
// It is a holder no longer.
void mp_win32_door_leave(mp_win32_door_t *door);
// Somebody has connected: whose copies are left has it alone.
void mp_win32_door_take(const mp_win32_door_t *door, uint64_t serial);
bool mp_win32_door_is_taken(const mp_win32_door_t *door, uint64_t serial);

#endif
