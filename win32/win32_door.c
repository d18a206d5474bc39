// SPDX-License-Identifier: Apache-2.0
#include "win32/win32_door.h"

#include <stdio.h>
#include <string.h>

#include "platform/fail.h"

#define NAME_SIZE 64
#define KEEPERS_MOST 100
#define DOOR_TEXT "the door of a listener"

// ---- the keeper ----

// Its client is gone again: nobody else can connect to it. What the client sent
// stays to be seen, the name of what the processes share.
static DWORD occupy(const wchar_t *pipe, const wchar_t name[NAME_SIZE])
{
    mp_plat_piece_t text = {name, NAME_SIZE * sizeof(*name)};
    HANDLE client = NULL;
    size_t sent = 0;

    DWORD error =
        mp_win32_pipe_open(pipe, GENERIC_READ | GENERIC_WRITE, &client);
    if (error != 0) {
        return error;
    }
    int r = mp_win32_pipe_send(client, &text, 1, &sent, MP_PLAT_NEVER);
    (void) CloseHandle(client);
    return r < 0 ? ERROR_WRITE_FAULT : 0;
}

// Who connects to it first is turned away: he was quicker than there was
// anybody to listen.
static int make_keeper(const wchar_t *pipe, const wchar_t name[NAME_SIZE],
                       HANDLE *keeper)
{
    DWORD error = ERROR_PIPE_BUSY;

    for (int i = 0; i < KEEPERS_MOST && error == ERROR_PIPE_BUSY; i++) {
        int r = mp_win32_pipe_make(
            pipe, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
            PIPE_UNLIMITED_INSTANCES, keeper);
        if (r < 0) {
            return r;
        }
        error = occupy(pipe, name);
        if (error != 0) {
            (void) CloseHandle(*keeper);
        }
    }
    return error == 0 ? 0 : mp_win32_fail(error, DOOR_TEXT);
}

static int read_name(HANDLE keeper, wchar_t name[NAME_SIZE])
{
    DWORD size = NAME_SIZE * sizeof(*name);
    DWORD seen = 0;

    if (!PeekNamedPipe(keeper, name, size, &seen, NULL, NULL) || seen != size ||
        name[NAME_SIZE - 1] != L'\0') {
        return mp__fail(MP_EPROTO, (int) GetLastError(),
                        "this is no listener's pipe");
    }
    return 0;
}

// ---- birth and end ----

// Whoever comes first makes them; they go with the last.
static int open_shared(mp_win32_door_t *door, const wchar_t *name)
{
    wchar_t section[NAME_SIZE + 1];
    mp_win32_only_user_t only;

    int r = mp_win32_only_user(&only);
    if (r < 0) {
        return r;
    }
    (void) _snwprintf(section, NAME_SIZE + 1, L"%ls-", name);
    door->mutex = CreateMutexW(&only.attributes, FALSE, name);
    door->section =
        door->mutex == NULL
            ? NULL
            : CreateFileMappingW(INVALID_HANDLE_VALUE, &only.attributes,
                                 PAGE_READWRITE, 0, sizeof(*door->waiting),
                                 section);
    door->waiting = door->section == NULL
                        ? NULL
                        : MapViewOfFile(door->section, FILE_MAP_WRITE, 0, 0,
                                        sizeof(*door->waiting));
    if (door->waiting != NULL) {
        door->born = mp_win32_born_at(GetCurrentProcess());
        return 0;
    }
    r = mp_win32_fail(GetLastError(), DOOR_TEXT);
    door->keeper = NULL;
    mp_win32_door_close(door);
    return r;
}

// Not to be guessed: another program could have made them before.
static int new_name(wchar_t name[NAME_SIZE])
{
    unsigned long long random[2];

    int r = mp_plat_random(random, sizeof(random));
    memset(name, 0, NAME_SIZE * sizeof(*name));
    (void) _snwprintf(name, NAME_SIZE - 1, L"Local\\mp-door-%016llx%016llx",
                      random[0], random[1]);
    return r;
}

int mp_win32_door_make(mp_win32_door_t *door, const wchar_t *pipe)
{
    wchar_t name[NAME_SIZE];
    HANDLE keeper = NULL;

    *door = (mp_win32_door_t){.born = 0};
    int r = new_name(name);
    if (r == 0) {
        r = make_keeper(pipe, name, &keeper);
    }
    if (r < 0) {
        return r;
    }
    r = open_shared(door, name);
    if (r < 0) {
        (void) CloseHandle(keeper);
        return r;
    }
    door->keeper = keeper;
    return 0;
}

int mp_win32_door_open(mp_win32_door_t *door, HANDLE keeper)
{
    wchar_t name[NAME_SIZE];

    *door = (mp_win32_door_t){.born = 0};
    int r = read_name(keeper, name);
    if (r == 0) {
        r = open_shared(door, name);
    }
    if (r == 0) {
        door->keeper = keeper;
    }
    return r;
}

void mp_win32_door_close(mp_win32_door_t *door)
{
    const HANDLE handles[] = {door->mutex, door->section, door->keeper};

    if (door->waiting != NULL) {
        (void) UnmapViewOfFile(door->waiting);
    }
    for (size_t i = 0; i < 3; i++) {
        if (handles[i] != NULL) {
            (void) CloseHandle(handles[i]);
        }
    }
    *door = (mp_win32_door_t){.born = 0};
}

// Who died with the lock has left it such that it can be gone on with: see
// mp_win32_door_keep() and mp_win32_door_leave().
void mp_win32_door_lock(const mp_win32_door_t *door)
{
    (void) WaitForSingleObject(door->mutex, INFINITE);
}

void mp_win32_door_unlock(const mp_win32_door_t *door)
{
    (void) ReleaseMutex(door->mutex);
}

// ---- the instance that waits ----

// Of this process it is no handle that must be closed, and may be. NULL: the
// instance is kept by nobody, or by one that has ended.
static HANDLE open_keeping(const mp_win32_door_t *door)
{
    const mp_win32_waiting_t *waiting = door->waiting;

    if (waiting->pid == 0) {
        return NULL;
    }
    if (waiting->pid == GetCurrentProcessId()) {
        return waiting->born == door->born ? GetCurrentProcess() : NULL;
    }
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE | SYNCHRONIZE |
                                     PROCESS_QUERY_LIMITED_INFORMATION,
                                 FALSE, (DWORD) waiting->pid);
    if (process != NULL && (mp_win32_born_at(process) != waiting->born ||
                            WaitForSingleObject(process, 0) == WAIT_OBJECT_0)) {
        (void) CloseHandle(process);
        return NULL;
    }
    return process;
}

HANDLE mp_win32_door_copy(const mp_win32_door_t *door, uint64_t *serial)
{
    HANDLE process = open_keeping(door);
    HANDLE copy = NULL;

    if (process == NULL) {
        return NULL;
    }
    if (!DuplicateHandle(process, (HANDLE) (uintptr_t) door->waiting->handle,
                         GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
        copy = NULL;
    }
    (void) CloseHandle(process);
    *serial = door->waiting->serial;
    return copy;
}

// The pid is written last, and erased first: with it, the rest is true.
uint64_t mp_win32_door_keep(const mp_win32_door_t *door, HANDLE instance,
                            uint64_t serial)
{
    volatile mp_win32_waiting_t *waiting = door->waiting;

    waiting->pid = 0;
    waiting->serial = serial != 0 ? serial : waiting->serial + 1;
    waiting->handle = (uintptr_t) instance;
    waiting->born = door->born;
    waiting->pid = GetCurrentProcessId();
    return waiting->serial;
}

// Killed in the middle, a process leaves it open where it is kept, which is
// better than that a number is closed which is another handle's by then.
void mp_win32_door_leave(const mp_win32_door_t *door)
{
    volatile mp_win32_waiting_t *waiting = door->waiting;
    HANDLE process = open_keeping(door);
    HANDLE copy = NULL; // without one, Wine would close nothing

    waiting->pid = 0;
    if (process == NULL) {
        return;
    }
    if (DuplicateHandle(process, (HANDLE) (uintptr_t) waiting->handle,
                        GetCurrentProcess(), &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)) {
        (void) CloseHandle(copy);
    }
    (void) CloseHandle(process);
}

bool mp_win32_door_is_kept(const mp_win32_door_t *door, uint64_t serial,
                           bool *here)
{
    HANDLE process = open_keeping(door);

    *here = process != NULL && door->waiting->pid == GetCurrentProcessId();
    if (process == NULL) { // who has ended keeps nothing
        door->waiting->pid = 0;
        return false;
    }
    (void) CloseHandle(process);
    return door->waiting->serial == serial;
}

void mp_win32_door_take(const mp_win32_door_t *door, uint64_t serial)
{
    door->waiting->taken[serial % MP_WIN32_DOOR_TAKEN] = serial;
}

// Of one that is older than these nothing is known: it was, most likely.
bool mp_win32_door_is_taken(const mp_win32_door_t *door, uint64_t serial)
{
    return door->waiting->taken[serial % MP_WIN32_DOOR_TAKEN] == serial ||
           door->waiting->serial - serial >= MP_WIN32_DOOR_TAKEN;
}
