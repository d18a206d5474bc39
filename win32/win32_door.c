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

    *door = (mp_win32_door_t){.place = MP_WIN32_DOOR_NOWHERE};
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

    *door = (mp_win32_door_t){.place = MP_WIN32_DOOR_NOWHERE};
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
    *door = (mp_win32_door_t){.place = MP_WIN32_DOOR_NOWHERE};
}

// Who died with the lock has left it such that it can be gone on with: see
// win32_door_holders.c.
void mp_win32_door_lock(const mp_win32_door_t *door)
{
    (void) WaitForSingleObject(door->mutex, INFINITE);
}

void mp_win32_door_unlock(const mp_win32_door_t *door)
{
    (void) ReleaseMutex(door->mutex);
}
