// SPDX-License-Identifier: Apache-2.0
// Windows' own event, found by its name.
#include "bench/sync/alarm.h"

#include <stdio.h>

#include <windows.h>

static int make(struct alarm_place *place)
{
    snprintf(place->name, sizeof(place->name), "Local\\bench-sync-event-%lu",
             (unsigned long) GetCurrentProcessId());
    place->at = CreateEventA(NULL, TRUE, FALSE, place->name);
    return place->at == NULL ? -1 : 0;
}

static void unmake(struct alarm_place *place)
{
    (void) CloseHandle(place->at);
}

static int set(void *at)
{
    return SetEvent(at) ? 0 : -1;
}

static int clear(void *at)
{
    return ResetEvent(at) ? 0 : -1;
}

static int wait_for(void *at)
{
    return WaitForSingleObject(at, INFINITE) == WAIT_OBJECT_0 ? 0 : -1;
}

static int find(struct alarm_place *place, const mp_args_t *args)
{
    place->at =
        OpenEventA(EVENT_ALL_ACCESS, FALSE, mp_args_text(args, ALARM_ARG_NAME));
    return place->at == NULL ? -1 : 0;
}

const struct alarm alarm_win32 = {
    .name = "win32-event",
    .make = make,
    .unmake = unmake,
    .set = set,
    .clear = clear,
    .wait = wait_for,
    .find = find,
};
