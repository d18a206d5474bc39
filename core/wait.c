// SPDX-License-Identifier: Apache-2.0
// Waiting for any of several. The system waits for what has a handle; it is
// asked in rounds, because nothing but a look tells of a closed connection, of
// a sender that died inside of a message, and of an event.
#include <multiprocessing/wait.h>

#include <stdlib.h>

#include "core/event.h"
#include "core/join.h"
#include "core/member.h"
#include "core/pause.h"
#include "core/queue.h"
#include "core/self.h"
#include "core/start.h"
#include "core/watch.h"
#include "platform/fail.h"

#define NAP_FIRST_NS INT64_C(1000000)
#define NAP_LAST_NS INT64_C(10000000)
#define NAP_EACH_NS INT64_C(10000) // more for each object: all are looked at

typedef struct item {
    mp__watched_t watched;
    intptr_t sentinel; // of a process
    uint32_t seen;     // of an event, when the call began
} item_t;

typedef struct waiting {
    mp_waitable_t *objects;
    item_t *items;
    size_t count;
    size_t entered; // so many of them are held
    size_t ports;
    size_t looked; // events and queues: nothing but a look tells of them
    mp__watch_t watch;
    int64_t nap;
} waiting_t;

static int64_t sooner(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

int mp__watch_add(mp__watch_t *watch, const mp_plat_source_t *source)
{
    if (watch->count == watch->room) {
        size_t room = watch->room * 2 + 8;
        mp_plat_source_t *more =
            realloc(watch->sources, room * sizeof(*watch->sources));
        if (more == NULL) {
            return mp__fail(MP_ENOMEM, 0, "waiting for %zu", room);
        }
        watch->sources = more;
        watch->room = room;
    }
    watch->sources[watch->count++] = *source;
    return 0;
}

// ---- entering: what is waited for stays until all is left ----

static mp__port_t *port_of(const mp_waitable_t *object)
{
    return object->kind == MP_WAITABLE_CONNECTION ||
                   object->kind == MP_WAITABLE_LISTENER
               ? (mp__port_t *) object->of.object
               : NULL;
}

static int enter_port(waiting_t *wait, mp__port_t *port)
{
    const mp__port_watch_t *watch = mp__port_watch_of(port);

    int r = watch->check(port);
    if (r == 0) {
        r = mp__port_use(port, watch->name);
    }
    if (r == 0) {
        mp__port_hold(port);
        wait->ports++;
    }
    return r;
}

static int enter_event(waiting_t *wait, const mp_event_t *event, item_t *item)
{
    item->seen = mp__event_look(event);
    wait->looked++;
    return mp__arena_ready(); // who sleeps must be a member
}

static int enter_queue(waiting_t *wait, const mp_queue_t *queue)
{
    int r = mp__queue_check(queue);

    wait->looked++;
    return r < 0 ? r : mp__arena_ready();
}

static int enter(waiting_t *wait, const mp_waitable_t *object, item_t *item)
{
    bool is_handle = object->kind == MP_WAITABLE_HANDLE ||
                     object->kind == MP_WAITABLE_SOCKET;

    if (is_handle) {
        return 0;
    }
    if (object->of.object == NULL) {
        return mp__fail(MP_EINVAL, 0, "what is waited for is NULL");
    }
    switch (object->kind) {
    case MP_WAITABLE_CONNECTION:
    case MP_WAITABLE_LISTENER:
        return enter_port(wait, port_of(object));
    case MP_WAITABLE_PROCESS:
        return mp__handles_enter(object->of.object, &item->sentinel);
    case MP_WAITABLE_EVENT:
        return enter_event(wait, object->of.object, item);
    case MP_WAITABLE_QUEUE:
        return enter_queue(wait, object->of.object);
    default:
        return mp__fail(MP_EINVAL, 0, "nothing of kind %d can be waited for",
                        (int) object->kind);
    }
}

static int enter_all(waiting_t *wait)
{
    int r = 0;

    while (r == 0 && wait->entered < wait->count) {
        size_t i = wait->entered;
        r = enter(wait, &wait->objects[i], &wait->items[i]);
        wait->entered += r == 0 ? 1 : 0;
    }
    return r;
}

static void leave_all(waiting_t *wait)
{
    while (wait->entered > 0) {
        const mp_waitable_t *object = &wait->objects[--wait->entered];
        mp__port_t *port = port_of(object);
        if (port != NULL) {
            mp__port_leave(port);
            mp__port_release(port);
        } else if (object->kind == MP_WAITABLE_PROCESS) {
            mp__handles_leave(object->of.object);
        }
    }
}

// ---- a round ----

static int watch_port(waiting_t *wait, mp__port_t *port, mp__watched_t *watched)
{
    const mp__port_watch_t *watch = mp__port_watch_of(port);

    return mp__port_closed(port)
               ? mp__fail(MP_ESTATE, 0, "%s was closed", watch->name)
               : watch->watch(port, &wait->watch, watched);
}

// Of what nothing but a look tells.
static bool is_seen(const mp_waitable_t *object, const item_t *item)
{
    return object->kind == MP_WAITABLE_EVENT
               ? mp__event_was_set(object->of.object, item->seen)
               : object->kind == MP_WAITABLE_QUEUE &&
                     mp__queue_is_ready(object->of.object);
}

static int watch_one(waiting_t *wait, const mp_waitable_t *object, item_t *item)
{
    mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_HANDLE};

    switch (object->kind) {
    case MP_WAITABLE_CONNECTION:
    case MP_WAITABLE_LISTENER:
        return watch_port(wait, port_of(object), &item->watched);
    case MP_WAITABLE_EVENT:
    case MP_WAITABLE_QUEUE:
        return is_seen(object, item) ? 1 : 0;
    case MP_WAITABLE_PROCESS:
        source.of.handle = item->sentinel;
        break;
    case MP_WAITABLE_SOCKET:
        source.kind = MP_PLAT_SOURCE_SOCKET;
        source.of.handle = object->of.handle;
        break;
    default:
        source.of.handle = object->of.handle;
        break;
    }
    return mp__watch_add(&wait->watch, &source);
}

// 1: one is ready already. All are asked, so that all that are get marked.
static int watch_all(waiting_t *wait)
{
    int found = 0;

    for (size_t i = 0; i < wait->count; i++) {
        mp__watched_t *watched = &wait->items[i].watched;
        watched->first = wait->watch.count;
        int r = watch_one(wait, &wait->objects[i], &wait->items[i]);
        watched->count = wait->watch.count - watched->first;
        if (r < 0) {
            return r;
        }
        wait->objects[i].ready = r > 0;
        found |= r;
    }
    return found;
}

static int64_t longest_nap(const waiting_t *wait)
{
    const int64_t many = MP__SLICE_NS / NAP_EACH_NS;

    return NAP_LAST_NS + sooner((int64_t) wait->count, many) * NAP_EACH_NS;
}

// When to look again, whatever the system tells.
static int64_t look_again(waiting_t *wait)
{
    int64_t until = wait->watch.until;

    if (wait->ports > 0 || wait->looked > 0) {
        until = sooner(until, mp__slice_until(MP_PLAT_NEVER));
    }
    if (wait->looked > 0 && wait->count > 1) {
        until = sooner(until, mp_plat_now() + wait->nap);
        wait->nap = sooner(wait->nap * 2, longest_nap(wait));
    }
    return until;
}

static void doze(const mp_waitable_t *object, const item_t *item, int64_t until)
{
    if (object->kind == MP_WAITABLE_QUEUE) {
        mp__queue_doze(object->of.object, until);
    } else {
        mp__event_doze(object->of.object, item->seen, until);
    }
}

// On the first event or queue, if there is nothing else.
static int sleep_until(waiting_t *wait, int64_t until)
{
    if (wait->looked == wait->count && wait->looked > 0) {
        if (until != MP_PLAT_AT_ONCE) {
            doze(&wait->objects[0], &wait->items[0], until);
        }
        return 0;
    }
    return mp_plat_wait_any(wait->watch.sources, wait->watch.count, until);
}

static bool is_ready(const waiting_t *wait, size_t i)
{
    const mp_waitable_t *object = &wait->objects[i];
    item_t *item = &wait->items[i];
    mp__port_t *port = port_of(object);
    bool ready = object->ready;

    for (size_t j = 0; j < item->watched.count; j++) {
        ready |= wait->watch.sources[item->watched.first + j].ready;
    }
    if (port != NULL) {
        ready |= mp__port_watch_of(port)->after(port, &item->watched);
    }
    return ready || is_seen(object, item);
}

static void mark_all(waiting_t *wait, size_t *ready)
{
    *ready = 0;
    for (size_t i = 0; i < wait->count; i++) {
        wait->objects[i].ready = is_ready(wait, i);
        *ready += wait->objects[i].ready ? 1 : 0;
    }
}

static int look(waiting_t *wait, int64_t deadline, size_t *ready)
{
    wait->watch.count = 0;
    wait->watch.until = deadline;
    int r = watch_all(wait);
    if (r >= 0) {
        r = sleep_until(wait, r > 0 ? MP_PLAT_AT_ONCE : look_again(wait));
    }
    mark_all(wait, ready); // always: turns are given back there
    return r < 0 ? r : 0;
}

// ---- the whole ----

static int wait_for_any(waiting_t *wait, int64_t deadline, size_t *ready)
{
    for (;;) {
        int r = look(wait, deadline, ready);
        if (r < 0 || *ready > 0) {
            return r;
        }
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return mp__fail(MP_ETIMEDOUT, 0, "none of %zu became ready",
                            wait->count);
        }
    }
}

static void unmark_all(mp_waitable_t *objects, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        objects[i].ready = false;
    }
}

static int prepare(waiting_t *wait)
{
    if (wait->count > 0 && wait->objects == NULL) {
        return mp__fail(MP_EINVAL, 0, "%zu objects at NULL", wait->count);
    }
    unmark_all(wait->objects, wait->count);
    wait->items = calloc(wait->count + 1, sizeof(*wait->items));
    return wait->items != NULL
               ? mp__ready()
               : mp__fail(MP_ENOMEM, 0, "waiting for %zu", wait->count);
}

int mp_wait(mp_waitable_t *objects, size_t count, int64_t timeout_ms,
            size_t *ready_count)
{
    int64_t deadline = mp__deadline(timeout_ms);
    waiting_t wait = {.objects = objects, .count = count, .nap = NAP_FIRST_NS};
    size_t ready = 0;

    int r = prepare(&wait);
    if (r == 0) {
        r = enter_all(&wait);
    }
    if (r == 0) {
        r = wait_for_any(&wait, deadline, &ready);
    }
    leave_all(&wait);
    free(wait.items);
    free(wait.watch.sources);
    if (r < 0 && objects != NULL) {
        unmark_all(objects, count);
    }
    if (ready_count != NULL) {
        *ready_count = r < 0 ? 0 : ready;
    }
    return r;
}
