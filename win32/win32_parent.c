// SPDX-License-Identifier: Apache-2.0
// What a start channel brings is run as it says, so a child believes it only
// if it comes from its parent, and if that could have done the same itself.
#include "win32/win32.h"

#include <string.h>

#include "platform/fail.h"

static int refuse(DWORD error, const char *why)
{
    return mp__fail(MP_EACCES, (int) error, "the start channel is refused: %s",
                    why);
}

// The number of a handle as mp_plat_spawn() writes it: hexadecimal, no more.
// It ends with `end`.
static int parse_handle(const char *marker, char end, HANDLE *handle)
{
    size_t length = strspn(marker, "0123456789abcdef");
    uintptr_t number = 0;

    // A handle has 32 significant bits, and the lowest two are never set.
    if (length == 0 || length > 8 || marker[length] != end) {
        return refuse(0, "the marker is malformed");
    }
    for (const char *digit = marker; *digit != end; digit++) {
        number = number * 16 +
                 (uintptr_t) (*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
    }
    if (number == 0 || number % 4 != 0) {
        return refuse(0, "the marker is malformed");
    }
    *handle = (HANDLE) number;
    return 0;
}

// The channel, and behind a comma the event that asks to stop.
static int parse_marker(const char *marker, HANDLE *pipe, HANDLE *stop)
{
    const char *comma = strchr(marker, ',');

    int r = parse_handle(marker, comma == NULL ? '\0' : ',', pipe);
    if (r == 0 && comma != NULL) {
        r = parse_handle(comma + 1, '\0', stop);
    }
    if (r == 0 && *stop == *pipe) {
        r = refuse(0, "the marker is malformed");
    }
    return r;
}

// What NtQueryInformationProcess tells of a process first. Headers differ in
// what they call its members.
typedef struct basic_information {
    PVOID unused[5];
    ULONG_PTR parent;
} basic_information_t;

typedef LONG(NTAPI *query_fn)(HANDLE, int, PVOID, ULONG, PULONG);

// The documented way would take a list of all processes of the machine.
static int parent_pid(DWORD *pid)
{
    const int basic = 0;
    basic_information_t information = {{0}, 0};
    query_fn query = NULL;

    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
                                   "NtQueryInformationProcess");
    if (found == NULL) {
        return refuse(GetLastError(), "the parent is not known");
    }
    memcpy(&query, &found, sizeof(query));
    LONG status = query(GetCurrentProcess(), basic, &information,
                        sizeof(information), NULL);
    if (status < 0) {
        return refuse(0, "the parent is not known");
    }
    *pid = (DWORD) information.parent;
    return 0;
}

// A pipe's client end, whose server end was made by this process's parent.
static int check_pipe(HANDLE pipe, DWORD *parent)
{
    DWORD flags = PIPE_SERVER_END;
    ULONG server = 0;

    if (!GetNamedPipeInfo(pipe, &flags, NULL, NULL, NULL) ||
        (flags & PIPE_SERVER_END) != 0 ||
        !GetNamedPipeServerProcessId(pipe, &server)) {
        return refuse(GetLastError(), "it is no pipe");
    }
    int r = parent_pid(parent);
    if (r < 0) {
        return r;
    }
    if (server != *parent) {
        return refuse(0, "it does not come from the parent");
    }
    return 0;
}

static int creation_time(HANDLE process, ULONGLONG *time)
{
    FILETIME created;
    FILETIME others[3];

    if (!GetProcessTimes(process, &created, &others[0], &others[1],
                         &others[2])) {
        return refuse(GetLastError(), "a process has no age");
    }
    *time = (ULONGLONG) created.dwHighDateTime << 32 | created.dwLowDateTime;
    return 0;
}

// A process number may be given again once its process has ended.
static int check_age(HANDLE parent)
{
    ULONGLONG own_time = 0;
    ULONGLONG parent_time = 0;

    int r = creation_time(GetCurrentProcess(), &own_time);
    if (r == 0) {
        r = creation_time(parent, &parent_time);
    }
    if (r == 0 && parent_time > own_time) {
        r = refuse(0, "the parent has ended");
    }
    return r;
}

// The same user, and no fewer rights: an elevated program must not be told
// what to run by one that is not.
static int check_user(HANDLE parent)
{
    mp_win32_user_t own_user;
    mp_win32_user_t parent_user;
    DWORD own_integrity = 0;
    DWORD parent_integrity = 0;

    if (mp_win32_user_of(GetCurrentProcess(), &own_user, &own_integrity) < 0 ||
        mp_win32_user_of(parent, &parent_user, &parent_integrity) < 0) {
        return refuse((DWORD) mp__fail_last()->os_code,
                      "the parent's user is not known");
    }
    if (!EqualSid(own_user.token.User.Sid, parent_user.token.User.Sid)) {
        return refuse(0, "the parent belongs to another user");
    }
    if (parent_integrity < own_integrity) {
        return refuse(0, "the parent has fewer rights");
    }
    return 0;
}

static int open_checked(DWORD pid, HANDLE *parent)
{
    *parent = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION,
                          FALSE, pid);
    if (*parent == NULL) {
        return refuse(GetLastError(), "the parent cannot be opened");
    }
    int r = check_age(*parent);
    if (r == 0) {
        r = check_user(*parent);
    }
    if (r < 0) {
        (void) CloseHandle(*parent);
    }
    return r;
}

// Where it refuses, it leaves the handle alone: who knows whose it is.
int mp_plat_parent_open(mp_plat_child_t *parent, const char *marker)
{
    HANDLE pipe = NULL;
    HANDLE stop = NULL;
    HANDLE process = NULL;
    DWORD pid = 0;

    int r = parse_marker(marker, &pipe, &stop);
    if (r == 0) {
        r = check_pipe(pipe, &pid);
    }
    if (r == 0) {
        r = open_checked(pid, &process);
    }
    if (r < 0) {
        return r;
    }
    if (!SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0)) {
        DWORD error = GetLastError();
        (void) CloseHandle(process);
        return refuse(error, "its handle cannot be kept from children");
    }
    parent->pid = (int64_t) pid;
    parent->end = (intptr_t) process;
    parent->channel = (intptr_t) pipe;
    parent->note = NULL;
    return 0;
}

int mp_plat_parent_stop(mp_plat_child_t *parent, const char *marker)
{
    HANDLE pipe = NULL;
    HANDLE stop = NULL;

    int r = parse_marker(marker, &pipe, &stop);
    if (r == 0 && stop != NULL && !mp_win32_stop_inherit(stop, &parent->stop)) {
        r = refuse(GetLastError(), "the event to stop by is none");
    }
    return r;
}

// The child was born into its parent's job, or outside of it.
int mp_plat_parent_tie(mp_plat_child_t *parent)
{
    (void) parent;
    return 0;
}

// Windows means something else by a session.
void mp_plat_lead_session(void)
{
}

// Its handle was needed for the checks already.
int mp_plat_parent_watch(mp_plat_child_t *parent)
{
    (void) parent;
    return 0;
}
