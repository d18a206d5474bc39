// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

// The counter times 10^9 would overflow after minutes, so whole seconds go
// their own way. Both calls always succeed, and neither enters the kernel.
int64_t mp_plat_now(void)
{
    LARGE_INTEGER count;
    LARGE_INTEGER frequency;

    (void) QueryPerformanceFrequency(&frequency);
    (void) QueryPerformanceCounter(&count);
    int64_t seconds = count.QuadPart / frequency.QuadPart;
    int64_t rest = count.QuadPart % frequency.QuadPart;
    return seconds * NS_PER_S + rest * NS_PER_S / frequency.QuadPart;
}

// Rounded up, so that nobody spins through the last millisecond, and sliced,
// because a DWORD holds no more than 49 days.
static DWORD milliseconds_until(int64_t deadline)
{
    const int64_t slice = INT64_C(24) * 3600 * 1000;

    if (deadline == MP_PLAT_NEVER) {
        return INFINITE;
    }
    if (deadline == MP_PLAT_AT_ONCE) {
        return 0;
    }
    int64_t left = deadline - mp_plat_now();
    if (left <= 0) {
        return 0;
    }
    int64_t whole = left / NS_PER_MS + (left % NS_PER_MS != 0);
    return (DWORD) (whole < slice ? whole : slice);
}

int mp_win32_wait(HANDLE object, int64_t deadline)
{
    DWORD which = 0;

    return mp_win32_wait_any(1, &object, deadline, &which);
}

int mp_win32_wait_any(DWORD count, const HANDLE *objects, int64_t deadline,
                      DWORD *which)
{
    for (;;) {
        DWORD timeout = milliseconds_until(deadline);
        DWORD result = WaitForMultipleObjects(count, objects, FALSE, timeout);
        if (result < WAIT_OBJECT_0 + count) {
            *which = result - WAIT_OBJECT_0;
            return 0;
        }
        if (result >= WAIT_ABANDONED_0 && result < WAIT_ABANDONED_0 + count) {
            *which = result - WAIT_ABANDONED_0;
            return 0;
        }
        if (result != WAIT_TIMEOUT) {
            return mp_win32_fail(GetLastError(), "waiting for a handle");
        }
        if (timeout == 0) {
            return MP_ETIMEDOUT;
        }
    }
}
