// SPDX-License-Identifier: Apache-2.0
// A bell is an auto-reset event with a name, which who waits and who rings open
// when they first need it, and keep. Windows removes it with its last handle,
// so there is nothing to sweep. Whoever is kept from it, or meets somebody
// else's object of that name, looks again after a moment.
#include "platform/bell.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "win32/win32.h"

#define NO_BELL_MS 1
#define NS_PER_MS INT64_C(1000000)
#define NAME_SIZE 48

static uint64_t family_of_bells;
static _Atomic(HANDLE) bells[MP_PLAT_BELLS]; // of this process

// What is left of another family must not be taken for this one's.
void mp_plat_bell_prepare(uint64_t family)
{
    if (family == family_of_bells) {
        return;
    }
    for (int i = 0; i < MP_PLAT_BELLS; i++) {
        HANDLE bell = atomic_exchange(&bells[i], NULL);
        if (bell != NULL) {
            (void) CloseHandle(bell);
        }
    }
    family_of_bells = family;
}

// The family's number is random, so that nobody else has the name.
static HANDLE open_bell(int number)
{
    wchar_t name[NAME_SIZE];

    (void) _snwprintf(name, NAME_SIZE, L"Local\\mp-%016I64x-%d",
                      family_of_bells, number);
    return CreateEventExW(NULL, name, 0, SYNCHRONIZE | EVENT_MODIFY_STATE);
}

// NULL: there is none.
static HANDLE bell_of(int number)
{
    HANDLE known = atomic_load(&bells[number]);
    if (known != NULL) {
        return known;
    }
    HANDLE opened = open_bell(number);
    if (opened != NULL &&
        !atomic_compare_exchange_strong(&bells[number], &known, opened)) {
        (void) CloseHandle(opened);
        return known;
    }
    return opened;
}

void mp_plat_bell_silence(mp_plat_bell_t *bell, int number)
{
    HANDLE event = bell_of(number);

    (void) bell;
    if (event != NULL) {
        (void) ResetEvent(event);
    }
}

// Rounded up, so that nobody spins through the last millisecond.
static DWORD milliseconds_until(int64_t deadline)
{
    int64_t left = deadline - mp_plat_now();
    return left <= 0 ? 0 : (DWORD) ((left - 1) / NS_PER_MS + 1);
}

void mp_plat_bell_wait(mp_plat_bell_t *bell, int number, int64_t deadline)
{
    HANDLE event = bell_of(number);

    (void) bell;
    if (event == NULL ||
        WaitForSingleObject(event, milliseconds_until(deadline)) ==
            WAIT_FAILED) {
        Sleep(NO_BELL_MS);
    }
}

void mp_plat_bell_ring(mp_plat_bell_t *bell, int number)
{
    HANDLE event = bell_of(number);

    (void) bell;
    if (event != NULL) {
        (void) SetEvent(event);
    }
}

void mp_plat_pause(int64_t nanoseconds)
{
    Sleep((DWORD) ((nanoseconds + NS_PER_MS - 1) / NS_PER_MS));
}
