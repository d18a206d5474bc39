// SPDX-License-Identifier: Apache-2.0
// A request to stop is an event without a name, of which the child has a
// handle. It is all that there is, so the pointer is the handle.
#include "win32/win32.h"

#include "platform/fail.h"

int mp_win32_stop_open(mp_plat_stop_t **stop)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event == NULL) {
        return mp_win32_fail(GetLastError(), "an event cannot be made");
    }
    *stop = (mp_plat_stop_t *) event;
    return 0;
}

void mp_win32_stop_close(mp_plat_stop_t *stop)
{
    if (stop != NULL) {
        (void) CloseHandle((HANDLE) stop);
    }
}

// A handle that is no event cannot be one of ours.
bool mp_win32_stop_inherit(HANDLE event, mp_plat_stop_t **stop)
{
    if (!SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0) ||
        WaitForSingleObject(event, 0) == WAIT_FAILED) {
        return false;
    }
    *stop = (mp_plat_stop_t *) event;
    return true;
}

// Nothing like SIGTERM could take the place of the request, so the child is
// always given its time.
bool mp_plat_stop_ask(mp_plat_stop_t *stop)
{
    return SetEvent((HANDLE) stop) != 0;
}

bool mp_plat_stop_asked(mp_plat_stop_t *stop)
{
    return WaitForSingleObject((HANDLE) stop, 0) == WAIT_OBJECT_0;
}

int mp_plat_stop_handle(mp_plat_stop_t *stop, intptr_t *handle)
{
    *handle = (intptr_t) stop;
    return 0;
}
