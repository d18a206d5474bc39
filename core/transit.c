// SPDX-License-Identifier: Apache-2.0
#include "core/transit.h"

#include <stdlib.h>

#include "core/cells.h"
#include "core/pages.h"
#include "core/recover.h"
#include "platform/fail.h"

static mp__route_t *route_of(const mp__object_t *object)
{
    return (mp__route_t *) (uintptr_t) object;
}

static bool is_transit(const mp__holder_t *holder)
{
    return mp__type_of(atomic_load(&holder->head.state)) == MP__TYPE_HOLDER &&
           holder->token == 0 && holder->route != 0;
}

// ---- chains of routes ----

// The link of the route's chain that leads to the transit; NULL: none does.
static mp_word_t *find_link_locked(mp__route_t *route, uint32_t transit)
{
    mp_word_t *link = &route->transits;

    for (uint32_t at = atomic_load(link); at != 0; at = atomic_load(link)) {
        if (at == transit) {
            return link;
        }
        link = &((mp__holder_t *) mp__linked(at))->in_route;
    }
    return NULL;
}

bool mp__transit_is_kept_locked(const mp__holder_t *holder)
{
    if (!is_transit(holder)) {
        return false;
    }
    const mp__object_t *route = mp__linked(holder->route);
    return mp__object_at_locked(route) &&
           mp__type_of(atomic_load(&route->state)) == MP__TYPE_ROUTE &&
           find_link_locked(route_of(route), mp__link(&holder->head)) != NULL;
}

// It leaves the route's chain when the object is let go of, and not before: who
// takes over from a process that died in here finds it by that chain.
static void free_locked(mp__holder_t *transit)
{
    mp__route_t *route = mp__linked(transit->route);

    mp__holder_let_go_locked(transit);
    mp_word_t *link = find_link_locked(route, mp__link(&transit->head));
    if (link != NULL) {
        atomic_store(link, atomic_load(&transit->in_route));
    }
    mp__cell_free(&transit->head);
}

void mp__transits_drop_locked(mp__object_t *object)
{
    mp__route_t *route = route_of(object);

    for (uint32_t at = atomic_load(&route->transits); at != 0;
         at = atomic_load(&route->transits)) {
        free_locked(mp__linked(at));
    }
}

// ---- one transit ----

static mp__holder_t *find_locked(const mp__object_t *object,
                                 const mp__route_t *route)
{
    uint32_t at = atomic_load(&object->holders);

    while (at != 0) {
        mp__holder_t *holder = mp__linked(at);
        if (holder->token == 0 && holder->route == mp__link(&route->head) &&
            atomic_load(&holder->count) != 0) {
            return holder;
        }
        at = atomic_load(&holder->head.next);
    }
    return NULL;
}

// The route must not be freed without a look at its chain.
static int chain_locked(mp__holder_t *fresh, mp__object_t *object,
                        mp__route_t *route)
{
    int r = mp__object_mark_locked(object, fresh->generation);
    if (r == 0) {
        r = mp__object_mark_locked(&route->head,
                                   atomic_load(&route->head.generation));
    }
    if (r < 0) {
        return r;
    }
    atomic_store(&fresh->head.next, atomic_load(&object->holders));
    atomic_store(&fresh->in_route, atomic_load(&route->transits));
    mp__object_made(&fresh->head, MP__TYPE_HOLDER);
    atomic_store(&route->transits, mp__link(&fresh->head));
    atomic_store(&object->holders, mp__link(&fresh->head));
    return 0;
}

// One more of the transit that there is, or `fresh`.
static int begin_locked(mp__object_t *object, mp__route_t *route,
                        mp__holder_t *fresh, mp__holder_t **out)
{
    *out = find_locked(object, route);
    if (*out != NULL) {
        (void) atomic_fetch_add(&(*out)->count, 1);
        return 0;
    }
    *out = fresh;
    return chain_locked(fresh, object, route);
}

// `with`: the transit of its companion, or 0.
static int begin_one(mp__route_t *route, mp__object_t *object, uint32_t with,
                     mp__holder_t **out)
{
    mp__object_t *cell = NULL;

    int r = mp__cell_take(sizeof(mp__holder_t), &cell);
    if (r < 0) {
        return r;
    }
    mp__holder_t *fresh = (mp__holder_t *) (void *) cell;
    fresh->object = mp__link(object);
    fresh->generation = atomic_load(&object->generation);
    fresh->route = mp__link(&route->head);
    fresh->with = with;
    atomic_store(&fresh->count, 1);
    mp__heap_lock();
    r = begin_locked(object, route, fresh, out);
    mp__heap_unlock();
    if (r < 0 || *out != fresh) {
        mp__cell_free(cell);
    }
    return r;
}

static void end_one_locked(mp__holder_t *transit)
{
    if (atomic_load(&transit->count) != 0 &&
        atomic_fetch_sub(&transit->count, 1) == 1) {
        free_locked(transit);
    }
}

// The companion's is looked at before the object's is gone, and goes after it.
static void end_locked(mp__holder_t *transit)
{
    mp__holder_t *with = transit->with == 0 ? NULL : mp__linked(transit->with);
    uint32_t route = transit->route;

    end_one_locked(transit);
    if (with != NULL && is_transit(with) && with->route == route) {
        end_one_locked(with);
    }
}

// ---- what messages say ----

static uint64_t number_of(const mp__holder_t *transit)
{
    return (uint64_t) atomic_load(&transit->head.generation) << 32 |
           mp__link(&transit->head);
}

void mp__transit_end(uint64_t number)
{
    mp__holder_t *transit = mp__linked((uint32_t) number);

    if ((uint32_t) number == 0 || !mp__arena_has(transit, sizeof(*transit))) {
        return;
    }
    mp__heap_lock();
    if (mp__object_at_locked(&transit->head) && is_transit(transit) &&
        number_of(transit) == number) {
        end_locked(transit);
    }
    mp__heap_unlock();
}

static int make_room(mp__transits_t *transits)
{
    if (transits->count < transits->room) {
        return 0;
    }
    size_t room = transits->room == 0 ? 8 : 2 * transits->room;
    uint64_t *numbers = realloc(transits->numbers, room * sizeof(*numbers));
    if (numbers == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a message with shared objects");
    }
    transits->numbers = numbers;
    transits->room = room;
    return 0;
}

// A companion is held first and let go of last, so that it is there as long as
// the object. This process has the object, so it stays what it is.
int mp__transit_begin(mp__transits_t *transits, mp__object_t *object,
                      uint64_t *number)
{
    mp__object_t *companion = mp__object_companion(object);
    mp__holder_t *with = NULL;
    mp__holder_t *transit = NULL;

    if (transits->route == NULL) {
        *number = 0; // which ends nothing
        return 0;
    }
    int r = mp__arena_ready(); // a forked child may not be a member yet
    if (r == 0) {
        r = make_room(transits);
    }
    if (r == 0 && companion != NULL) {
        r = begin_one(transits->route, companion, 0, &with);
    }
    if (r < 0) {
        return r;
    }
    r = begin_one(transits->route, object,
                  with == NULL ? 0 : mp__link(&with->head), &transit);
    if (r < 0) {
        if (with != NULL) {
            mp__transit_end(number_of(with));
        }
        return r;
    }
    *number = number_of(transit);
    transits->numbers[transits->count++] = *number;
    return 0;
}

void mp__transits_finish(mp__transits_t *transits, bool sent)
{
    for (size_t i = 0; !sent && i < transits->count; i++) {
        mp__transit_end(transits->numbers[i]);
    }
    free(transits->numbers);
    *transits = (mp__transits_t){.route = transits->route};
}
