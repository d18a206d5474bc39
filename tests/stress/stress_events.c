// SPDX-License-Identifier: Apache-2.0
// An event whose setters and waiters are killed.
#include "tests/stress/stress.h"

static mp_event_t *event;

static bool make_event(stress_page_t *page)
{
    if (mp_event_create(&event) < 0) {
        return false;
    }
    stress_publish(page, 0, event);
    return true;
}

static bool open_event(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_EVENT, &event);
}

static void destroy_event(stress_page_t *page)
{
    (void) page;
    mp_event_destroy(event);
}

static int use_event(stress_page_t *page, uint64_t *random)
{
    (void) page;
    switch (stress_random(random, 4)) {
    case 0:
        return mp_event_set(event) == 0 ? 0 : 1;
    case 1:
        return mp_event_clear(event) == 0 ? 0 : 2;
    default: {
        int r = mp_event_wait(event, stress_timeout(random));
        return r == 0 || r == MP_ETIMEDOUT ? 0 : 3;
    }
    }
}

// All may wait now. If one that was killed has set the event and woken nobody,
// this does nothing: the sleepers must look by themselves.
static const char *set_event(stress_page_t *page)
{
    (void) page;
    return mp_event_set(event) == 0 ? NULL : "the event cannot be set";
}

const stress_row_t stress_event_rows[] = {
    {"set, clear and await one event", make_event, open_event, use_event, NULL,
     destroy_event, set_event, NULL},
};
const size_t stress_event_count = STRESS_COUNT(stress_event_rows);
