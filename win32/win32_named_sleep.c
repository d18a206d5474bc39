// SPDX-License-Identifier: Apache-2.0
// All who sleep on a page wait at one semaphore of the kernel's. A wake that
// nobody took is taken by who sleeps next, and then looks at the word once more
// than needed.
#include "win32/win32_named.h"

#define NS_PER_MS INT64_C(1000000)
#define NO_WAKER_MS 1

const uint32_t mp_plat_named_kind = 4;

int mp_win32_named_waker(intptr_t *waker, const char *name,
                         mp_win32_only_user_t *only)
{
    wchar_t object[MP_WIN32_NAMED_ROOM];

    int r = mp_win32_named_object(object, L"wake", only, name);
    if (r < 0) {
        return r;
    }
    HANDLE semaphore = CreateSemaphoreW(&only->attributes, 0, MAXLONG, object);
    if (semaphore == NULL) {
        return mp_win32_named_fail(
            GetLastError(), "a named semaphore cannot be slept at", name);
    }
    r = mp_win32_named_check(semaphore, only);
    if (r == 0) {
        *waker = (intptr_t) semaphore;
    }
    return r;
}

// Rounded up, so that nobody spins through the last millisecond. Deadlines are
// near.
static DWORD milliseconds_until(int64_t deadline)
{
    int64_t left = deadline - mp_plat_now();
    return left <= 0 ? 0 : (DWORD) ((left - 1) / NS_PER_MS + 1);
}

void mp_plat_named_sleep(const mp_plat_named_t *named, mp_word_t *word,
                         uint32_t value, int64_t deadline)
{
    if (atomic_load(word) == value &&
        WaitForSingleObject((HANDLE) named->waker,
                            milliseconds_until(deadline)) == WAIT_FAILED) {
        Sleep(NO_WAKER_MS);
    }
}

void mp_plat_named_wake(const mp_plat_named_t *named, mp_word_t *word,
                        int count)
{
    (void) word;
    (void) count;
    (void) ReleaseSemaphore((HANDLE) named->waker, 1, NULL);
}
