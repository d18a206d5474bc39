// SPDX-License-Identifier: Apache-2.0
// A process and a later one with its number have different moments of birth.
#include "platform/shared.h"

#include "win32/win32.h"

uint64_t mp_win32_born_at(HANDLE process)
{
    FILETIME created, ended, system, user;

    if (!GetProcessTimes(process, &created, &ended, &system, &user)) {
        return 0;
    }
    return (uint64_t) created.dwHighDateTime << 32 | created.dwLowDateTime;
}

void mp_plat_life_begin(mp_plat_life_t *life, const mp_plat_memory_t *memory,
                        int index)
{
    (void) memory;
    (void) index;
    life->pid = GetCurrentProcessId();
    uint64_t birth = mp_win32_born_at(GetCurrentProcess());
    life->since = birth != 0 ? birth : MP_PLAT_NOT_TOLD;
}

static bool is_another(const mp_plat_life_t *life, HANDLE process)
{
    uint64_t birth = mp_win32_born_at(process);
    return life->since != MP_PLAT_NOT_TOLD && birth != 0 &&
           birth != life->since;
}

// A process that may not be opened lives as far as is known.
bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index)
{
    (void) memory;
    (void) index;
    HANDLE process =
        OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
                    (DWORD) life->pid);
    if (process == NULL) {
        return GetLastError() == ERROR_INVALID_PARAMETER;
    }
    bool ended = WaitForSingleObject(process, 0) == WAIT_OBJECT_0 ||
                 is_another(life, process);
    (void) CloseHandle(process);
    return ended;
}
