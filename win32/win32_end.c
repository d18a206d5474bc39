// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <psapi.h>

#include <multiprocessing/process.h>

#include "platform/fail.h"

int mp_plat_child_wait(const mp_plat_child_t *child, int64_t deadline)
{
    return mp_win32_wait((HANDLE) child->end, deadline);
}

static int exitcode_of(DWORD code)
{
    switch (code) {
    case MP_WIN32_TERMINATED:
        return -15;
    case MP_WIN32_KILLED:
        return -9;
    default:
        return (int) code;
    }
}

// From here on they are errors of the system, crashes among them, up to the
// small negative numbers that a program may return itself.
#define FIRST_STATUS 0xC0000000u
#define FIRST_NEGATIVE 0xF0000000u

static enum mp_plat_how how_of(DWORD code)
{
    if (code == MP_WIN32_TERMINATED || code == MP_WIN32_KILLED) {
        return MP_PLAT_HOW_SIGNAL;
    }
    return code >= FIRST_STATUS && code < FIRST_NEGATIVE ? MP_PLAT_HOW_STATUS
                                                         : MP_PLAT_HOW_EXIT;
}

static int64_t microseconds(FILETIME time)
{
    ULARGE_INTEGER hundreds_of_ns;

    hundreds_of_ns.LowPart = time.dwLowDateTime;
    hundreds_of_ns.HighPart = time.dwHighDateTime;
    return (int64_t) (hundreds_of_ns.QuadPart / 10);
}

static void usage_of(HANDLE process, mp_plat_end_t *end)
{
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof(memory)};
    FILETIME created;
    FILETIME ended;
    FILETIME system;
    FILETIME user;

    if (GetProcessTimes(process, &created, &ended, &system, &user) &&
        K32GetProcessMemoryInfo(process, &memory, sizeof(memory))) {
        end->usage_known = true;
        end->user_us = microseconds(user);
        end->system_us = microseconds(system);
        end->peak_memory = (int64_t) memory.PeakWorkingSetSize;
    }
}

// Only the handle tells whether it runs: a program may well end with the code
// that GetExitCodeProcess has for a running one, 259.
int mp_plat_child_collect(const mp_plat_child_t *child, mp_plat_end_t *end)
{
    HANDLE process = (HANDLE) child->end;
    DWORD code = 0;

    if (WaitForSingleObject(process, 0) == WAIT_TIMEOUT) {
        return 0;
    }
    *end = (mp_plat_end_t){.exitcode = MP_EXITCODE_UNKNOWN};
    if (GetExitCodeProcess(process, &code)) {
        end->how = how_of(code);
        end->exitcode = exitcode_of(code);
        usage_of(process, end);
    }
    return 1;
}

// A process that is about to end, or has, denies access to who would end it.
static bool is_ending(HANDLE process)
{
    DWORD code = STILL_ACTIVE;

    return WaitForSingleObject(process, 0) == WAIT_OBJECT_0 ||
           (GetExitCodeProcess(process, &code) && code != STILL_ACTIVE);
}

int mp_plat_child_signal(const mp_plat_child_t *child,
                         enum mp_plat_signal signal)
{
    HANDLE process = (HANDLE) child->end;
    UINT code = signal == MP_PLAT_KILL ? MP_WIN32_KILLED : MP_WIN32_TERMINATED;

    if (signal == MP_PLAT_INTERRUPT) {
        return mp__fail(MP_ENOTSUP, 0,
                        "Windows cannot interrupt one process alone");
    }
    if (TerminateProcess(process, code)) {
        return 0;
    }
    DWORD error = GetLastError();
    if (error == ERROR_ACCESS_DENIED && is_ending(process)) {
        return 0;
    }
    return mp_win32_fail(error, "a process cannot be ended");
}

// Windows keeps all 32 bits.
int mp_plat_exitcode(int code)
{
    return code;
}

static void close_handle(intptr_t *handle)
{
    if (*handle != MP_PLAT_NONE) {
        (void) CloseHandle((HANDLE) *handle);
        *handle = MP_PLAT_NONE;
    }
}

void mp_plat_child_close(mp_plat_child_t *child)
{
    close_handle(&child->end);
    close_handle(&child->channel);
    mp_win32_stop_close(child->stop);
    mp_win32_tree_close(child->tree);
    child->stop = NULL;
    child->tree = NULL;
}
