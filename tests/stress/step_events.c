// SPDX-License-Identifier: Apache-2.0
// Events, killed at every step.
#include "tests/stress/step.h"

#include <multiprocessing.h>

#include "core/object.h"
#include "core/word.h"
#include "platform/platform.h"

static mp_event_t *event;

static void make(void)
{
    if (mp_event_create(&event) < 0) {
        event = NULL;
    }
}

static void destroy(void)
{
    mp_event_destroy(event);
    event = NULL;
}

static void set(void)
{
    (void) mp_event_set(event);
}

static void clear_and_set(void)
{
    (void) mp_event_clear(event);
    (void) mp_event_set(event);
}

static void await(void)
{
    (void) mp_event_wait(event, MP_FOREVER);
}

// Its word lies behind the head.
static bool has_sleeper(void)
{
    const mp__object_t *head = (const mp__object_t *) (const void *) event;
    mp_word_t *word = (mp_word_t *) (uintptr_t) (head + 1);

    return (atomic_load(word) & MP__WORD_WAITERS) != 0;
}

static int wait_for_event(void)
{
    return mp_event_wait(event, MP_FOREVER) == 0 ? 0 : 1;
}

static int set_for_sleeper(void)
{
    while (!has_sleeper() && atomic_load(&step_page->go_on) == 0) {
        mp_plat_yield();
    }
    return mp_event_set(event) == 0 ? 0 : 1;
}

// If it is set already nobody is woken here.
static const char *set_if_not(void)
{
    return mp_event_set(event) == 0 ? NULL : "the event cannot be set";
}

static const char *check_set(void)
{
    return mp_event_wait(event, STEP_LIMIT_MS) == 0 ? NULL
                                                    : "the event is not set";
}

const step_op_t step_event_ops[] = {
    {.name = "sets an event that another waits for",
     .setup = make,
     .run = set,
     .help = wait_for_event,
     .ready = has_sleeper,
     .check = set_if_not,
     .clear = destroy},
    {.name = "clears and sets an event that another waits for",
     .setup = make,
     .run = clear_and_set,
     .help = wait_for_event,
     .ready = has_sleeper,
     .check = set_if_not,
     .clear = destroy},
    {.name = "waits for an event",
     .setup = make,
     .run = await,
     .help = set_for_sleeper,
     .check = check_set,
     .clear = destroy},
};
const size_t step_event_count = STEP_COUNT(step_event_ops);
