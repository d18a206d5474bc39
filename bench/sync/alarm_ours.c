// SPDX-License-Identifier: Apache-2.0
// This library's event.
#include "bench/sync/alarm.h"

static int make(struct alarm_place *place)
{
    mp_event_t *event = NULL;
    int r = mp_event_create(&event);

    place->at = event;
    return r < 0 ? -1 : 0;
}

static void unmake(struct alarm_place *place)
{
    mp_event_destroy(place->at);
}

static int set(void *at)
{
    return mp_event_set(at);
}

static int clear(void *at)
{
    return mp_event_clear(at);
}

static int wait_for(void *at)
{
    return mp_event_wait(at, MP_FOREVER);
}

static int find(struct alarm_place *place, const mp_args_t *args)
{
    place->at = mp_args_event(args, ALARM_ARG_EVENT);
    return place->at == NULL ? -1 : 0;
}

static mp_arg_t argument(void *at)
{
    return MP_OBJECT(at);
}

const struct alarm alarm_ours = {
    .name = "event",
    .make = make,
    .unmake = unmake,
    .set = set,
    .clear = clear,
    .wait = wait_for,
    .find = find,
    .argument = argument,
};
