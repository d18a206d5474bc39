// SPDX-License-Identifier: Apache-2.0
#include "win32/win32_link.h"

// An event for each thread that ever needed one; it goes with its thread. See
// win32_thread.c for why this is no _Thread_local.
static DWORD event_slot = FLS_OUT_OF_INDEXES;
static INIT_ONCE event_once = INIT_ONCE_STATIC_INIT;

static void NTAPI close_event(void *event)
{
    if (event != NULL) {
        (void) CloseHandle(event);
    }
}

static BOOL CALLBACK make_slot(INIT_ONCE *once, void *argument, void **context)
{
    (void) once;
    (void) argument;
    (void) context;
    event_slot = FlsAlloc(close_event);
    return event_slot != FLS_OUT_OF_INDEXES;
}

static int event_of_thread(HANDLE *event)
{
    if (!InitOnceExecuteOnce(&event_once, make_slot, NULL, NULL)) {
        return mp_win32_fail(ERROR_NO_SYSTEM_RESOURCES, "an event of a thread");
    }
    *event = FlsGetValue(event_slot);
    if (*event != NULL) {
        return 0;
    }
    *event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (*event == NULL) {
        return mp_win32_fail(GetLastError(), "an event cannot be made");
    }
    if (!FlsSetValue(event_slot, *event)) {
        DWORD error = GetLastError();
        (void) CloseHandle(*event);
        return mp_win32_fail(error, "an event of a thread");
    }
    return 0;
}

// The lowest bit, which is none of the handle's, keeps the result from a
// completion port that the program may have tied to a handle it gave us.
int mp_win32_operation(OVERLAPPED *operation)
{
    HANDLE event = NULL;

    int r = event_of_thread(&event);
    if (r == 0) {
        *operation = (OVERLAPPED){.hEvent = (HANDLE) ((uintptr_t) event | 1)};
    }
    return r;
}

DWORD mp_win32_operation_end(HANDLE handle, OVERLAPPED *operation, BOOL begun,
                             int64_t deadline, DWORD *moved)
{
    DWORD error = begun ? 0 : GetLastError();
    bool late = false;

    *moved = 0;
    if (error == ERROR_IO_PENDING) {
        late = mp_win32_wait(operation->hEvent, deadline) < 0;
        if (late) {
            (void) CancelIoEx(handle, operation);
        }
    } else if (error != 0 && error != ERROR_MORE_DATA) {
        return error; // it never began
    }
    if (GetOverlappedResult(handle, operation, moved, TRUE)) {
        return 0;
    }
    error = GetLastError();
    return late && error == ERROR_OPERATION_ABORTED ? WAIT_TIMEOUT : error;
}
