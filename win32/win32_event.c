// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>

#include "platform/fail.h"

struct mp_plat_event {
    HANDLE handle;
};

int mp_plat_event_create(mp_plat_event_t **out)
{
    mp_plat_event_t *event = malloc(sizeof(*event));
    if (event == NULL) {
        return mp__fail(MP_ENOMEM, 0, "event");
    }
    event->handle = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event->handle == NULL) {
        DWORD error = GetLastError();
        free(event);
        return mp_win32_fail(error, "an event cannot be made");
    }
    *out = event;
    return 0;
}

void mp_plat_event_set(mp_plat_event_t *event)
{
    (void) SetEvent(event->handle);
}

void mp_plat_event_clear(mp_plat_event_t *event)
{
    (void) ResetEvent(event->handle);
}

int mp_plat_event_wait(mp_plat_event_t *event, int64_t deadline)
{
    return mp_win32_wait(event->handle, deadline);
}

int mp_plat_event_handle(mp_plat_event_t *event, intptr_t *handle)
{
    *handle = (intptr_t) event->handle;
    return 0;
}

void mp_plat_event_destroy(mp_plat_event_t *event)
{
    if (event != NULL) {
        (void) CloseHandle(event->handle);
        free(event);
    }
}
