// SPDX-License-Identifier: Apache-2.0
// Who dies in the middle of this has left a list that can be gone on with: a
// holder's pid is written last and erased first, with it the rest is true; and
// a handle's number is erased before it is closed, as by then it may be
// another's.
#include "win32/win32_door.h"

#include "platform/fail.h"

// ---- holders ----

// Of this process it is no handle that must be closed, and may be. NULL: it has
// ended, which is noted, or denies access.
static HANDLE open_holder(const mp_win32_door_t *door,
                          volatile mp_win32_holder_t *holder)
{
    if (holder->pid == GetCurrentProcessId() && holder->born == door->born) {
        return GetCurrentProcess();
    }
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE | SYNCHRONIZE |
                                     PROCESS_QUERY_LIMITED_INFORMATION,
                                 FALSE, (DWORD) holder->pid);
    bool gone = process == NULL
                    ? GetLastError() == ERROR_INVALID_PARAMETER
                    : mp_win32_born_at(process) != holder->born ||
                          WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
    if (gone) {
        holder->pid = 0;
        if (process != NULL) {
            (void) CloseHandle(process);
        }
        return NULL;
    }
    return process;
}

static bool has_place(const mp_win32_door_t *door)
{
    return door->place < MP_WIN32_DOOR_HOLDERS;
}

// Of a listener that has a place.
static volatile mp_win32_holder_t *own(const mp_win32_door_t *door)
{
    return &door->waiting->holders[door->place];
}

static bool is_free(const mp_win32_door_t *door,
                    volatile mp_win32_holder_t *holder)
{
    HANDLE process = NULL;

    if (holder->pid != 0) {
        process = open_holder(door, holder);
    }
    if (process != NULL) {
        (void) CloseHandle(process);
    }
    return holder->pid == 0;
}

static size_t free_place(const mp_win32_door_t *door)
{
    mp_win32_waiting_t *waiting = door->waiting;
    size_t i = 0;

    while (i < MP_WIN32_DOOR_HOLDERS && !is_free(door, &waiting->holders[i])) {
        i++;
    }
    return i;
}

static void write_holder(const mp_win32_door_t *door, size_t place,
                         mp_win32_holder_t as)
{
    mp_win32_waiting_t *waiting = door->waiting;
    volatile mp_win32_holder_t *holder = &waiting->holders[place];

    holder->handle = as.handle;
    holder->section = as.section;
    holder->born = as.born;
    if (waiting->places <= place) {
        waiting->places = place + 1;
    }
    holder->pid = as.pid;
}

// Where a process is expected, or is already; MP_WIN32_DOOR_NOWHERE.
static size_t place_of(const mp_win32_door_t *door, uint64_t pid, uint64_t born,
                       bool expected)
{
    for (size_t i = 0; i < door->waiting->places; i++) {
        const mp_win32_holder_t *holder = &door->waiting->holders[i];
        if (holder->pid == pid && holder->born == born &&
            (!expected || holder->section != 0)) {
            return i;
        }
    }
    return MP_WIN32_DOOR_NOWHERE;
}

// Without a place a listener has what waits only while it asks for it.
static void find_place(mp_win32_door_t *door)
{
    uint64_t pid = GetCurrentProcessId();

    door->place = place_of(door, pid, door->born, true);
    if (has_place(door)) {
        HANDLE section = (HANDLE) (uintptr_t) own(door)->section;
        own(door)->section = 0;
        (void) CloseHandle(section);
        return;
    }
    door->place = free_place(door);
    if (has_place(door)) {
        write_holder(door, door->place,
                     (mp_win32_holder_t){.pid = pid, .born = door->born});
    }
}

// ---- their handles ----

static void close_there(const mp_win32_door_t *door,
                        volatile mp_win32_holder_t *holder)
{
    uint64_t handle = holder->handle;
    HANDLE process = NULL;
    HANDLE copy = NULL; // without one, Wine would close nothing

    holder->handle = 0;
    if (holder->pid == 0 || handle == 0) {
        return;
    }
    process = open_holder(door, holder);
    if (process == NULL) {
        return;
    }
    if (DuplicateHandle(process, (HANDLE) (uintptr_t) handle,
                        GetCurrentProcess(), &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)) {
        (void) CloseHandle(copy);
    }
    (void) CloseHandle(process);
}

static void give(const mp_win32_door_t *door,
                 volatile mp_win32_holder_t *holder, HANDLE instance)
{
    HANDLE process = NULL;
    HANDLE copy = NULL;

    if (holder->pid == 0 || holder->handle != 0) {
        return;
    }
    process = open_holder(door, holder);
    if (process == NULL) {
        return;
    }
    if (DuplicateHandle(GetCurrentProcess(), instance, process, &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS)) {
        holder->handle = (uintptr_t) copy;
    }
    (void) CloseHandle(process);
}

static void give_all(const mp_win32_door_t *door, HANDLE instance)
{
    for (size_t i = 0; i < door->waiting->places; i++) {
        give(door, &door->waiting->holders[i], instance);
    }
}

static void close_all(const mp_win32_door_t *door)
{
    for (size_t i = 0; i < door->waiting->places; i++) {
        close_there(door, &door->waiting->holders[i]);
    }
}

// ---- what waits ----

static HANDLE copy_of(const mp_win32_door_t *door,
                      volatile mp_win32_holder_t *holder)
{
    HANDLE process = NULL;
    HANDLE copy = NULL;

    if (holder->pid == 0 || holder->handle == 0) {
        return NULL;
    }
    process = open_holder(door, holder);
    if (process == NULL) {
        return NULL;
    }
    if (!DuplicateHandle(process, (HANDLE) (uintptr_t) holder->handle,
                         GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
        copy = NULL;
    }
    (void) CloseHandle(process);
    return copy;
}

// That this process can have no more handles is not that nothing waits.
int mp_win32_door_copy(const mp_win32_door_t *door, HANDLE *copy,
                       uint64_t *serial)
{
    mp_win32_waiting_t *waiting = door->waiting;

    *copy = NULL;
    *serial = waiting->serial;
    if (has_place(door) && own(door)->handle != 0) {
        *copy = copy_of(door, own(door));
        return *copy != NULL ? 0
                             : mp_win32_fail(GetLastError(),
                                             "a pipe cannot be waited at");
    }
    for (size_t i = 0; i < waiting->places && *copy == NULL; i++) {
        *copy = copy_of(door, &waiting->holders[i]);
    }
    return 0;
}

// The first is this process, so whoever dies in between leaves either nothing
// or what others can find.
void mp_win32_door_share(mp_win32_door_t *door, HANDLE next)
{
    volatile mp_win32_waiting_t *waiting = door->waiting;

    close_all(door);
    if (!has_place(door)) {
        find_place(door);
    }
    waiting->serial = waiting->serial + 1;
    if (has_place(door)) {
        own(door)->handle = (uintptr_t) next;
    }
    give_all(door, next);
    if (!has_place(door)) {
        (void) CloseHandle(next);
    }
}

void mp_win32_door_hold(mp_win32_door_t *door, HANDLE copy, uint64_t serial)
{
    if (!has_place(door)) {
        find_place(door);
    }
    if (has_place(door) && door->waiting->serial == serial &&
        !mp_win32_door_is_taken(door, serial)) {
        give(door, own(door), copy);
    }
}

// If it is given the listener twice, the second finds a place when it comes.
void mp_win32_door_expect(const mp_win32_door_t *door, HANDLE process,
                          DWORD pid)
{
    uint64_t born = mp_win32_born_at(process);
    size_t place = free_place(door);
    HANDLE section = NULL;

    if (place == MP_WIN32_DOOR_NOWHERE ||
        place_of(door, pid, born, false) != MP_WIN32_DOOR_NOWHERE ||
        !DuplicateHandle(GetCurrentProcess(), door->section, process, &section,
                         0, FALSE, DUPLICATE_SAME_ACCESS)) {
        return;
    }
    write_holder(door, place,
                 (mp_win32_holder_t){
                     .pid = pid, .born = born, .section = (uintptr_t) section});
    if (has_place(door) && own(door)->handle != 0) {
        give(door, &door->waiting->holders[place],
             (HANDLE) (uintptr_t) own(door)->handle);
    }
}

// What could not be given to another before, is now.
void mp_win32_door_leave(mp_win32_door_t *door)
{
    if (!has_place(door)) {
        return;
    }
    volatile mp_win32_holder_t *mine = own(door);
    if (mine->handle != 0) {
        give_all(door, (HANDLE) (uintptr_t) mine->handle);
    }
    close_there(door, mine);
    mine->pid = 0;
    door->place = MP_WIN32_DOOR_NOWHERE;
}

// Whoever dies before the last is closed leaves it to be taken again.
void mp_win32_door_take(const mp_win32_door_t *door, uint64_t serial)
{
    door->waiting->taken[serial % MP_WIN32_DOOR_TAKEN] = serial;
    if (door->waiting->serial == serial) {
        close_all(door);
    }
}

// Of one that is older than these nothing is known: it was, most likely.
bool mp_win32_door_is_taken(const mp_win32_door_t *door, uint64_t serial)
{
    return door->waiting->taken[serial % MP_WIN32_DOOR_TAKEN] == serial ||
           door->waiting->serial - serial >= MP_WIN32_DOOR_TAKEN;
}
