// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"

#include "core/cells.h"
#include "core/pages.h"
#include "core/queue.h"
#include "core/transit.h"
#include "platform/fail.h"

// One check under way.
typedef struct check {
    mp__census_t *census;
    bool quiet;
    size_t flagged; // objects that say that they are in limbo
} check_t;

static int damaged(const void *where, const char *what)
{
    return mp__fail(MP_ESYSTEM, 0, "at %llx: %s",
                    (unsigned long long) mp__offset_of(where), what);
}

static bool lives(uint32_t token)
{
    return token != 0 && !mp__member_dead(token, false);
}

// ---- objects ----

// Whether a cell that is in use begins at the link.
static bool is_cell(uint32_t link)
{
    const mp__object_t *object = mp__linked(link);

    return mp__arena_has(object, sizeof(*object)) &&
           mp__object_at_locked(object) &&
           mp__span_of(object->home).kind == MP__SPAN_SLAB;
}

// Each holder in the chain names the object; the chain has an end. Counts
// those of a member if it is asked for.
static int check_chain(mp__object_t *object, uint32_t token, int *found)
{
    uint32_t at = atomic_load(&object->holders);
    uint64_t most = atomic_load(&mp__arena()->units) * (MP__UNIT / 64);

    for (uint64_t steps = 0; at != 0; steps++) {
        mp__holder_t *holder = mp__linked(at);
        if (steps > most) {
            return damaged(object, "a chain of holders without an end");
        }
        if (!is_cell(at) ||
            mp__type_of(atomic_load(&holder->head.state)) != MP__TYPE_HOLDER) {
            return damaged(object, "what is no holder in its chain");
        }
        if (holder->object != mp__link(object) ||
            holder->generation != atomic_load(&object->generation)) {
            return damaged(holder, "a holder in another's chain");
        }
        *found += holder->token == token;
        at = atomic_load(&holder->head.next);
    }
    return 0;
}

static int check_holder(mp__holder_t *holder, uint32_t slab_owner)
{
    mp__object_t *object = mp__linked(holder->object);
    int found = 0;

    if (holder->token == 0) {
        return mp__transit_is_kept_locked(holder)
                   ? 0
                   : damaged(holder, "on its way without a route");
    }
    if (holder->token != slab_owner || !lives(holder->token)) {
        return damaged(holder, "a holder of a dead process");
    }
    if (atomic_load(&holder->count) == 0 ||
        mp__type_of(atomic_load(&object->state)) < MP__TYPE_LOCK) {
        return damaged(holder, "a holder that holds nothing");
    }
    int r = check_chain(object, holder->token, &found);
    return r == 0 && found != 1 ? damaged(holder, "a holder in no chain") : r;
}

static int check_kept(const mp__object_t *object, uint64_t state)
{
    bool held =
        atomic_load(&object->holds) != 0 || atomic_load(&object->holders) != 0;

    if (!lives(mp__owner_of(state)) && atomic_load(&object->holds) != 0) {
        return damaged(object, "held by an owner that is dead");
    }
    return held || (state & MP__OBJECT_LIMBO) != 0
               ? 0
               : damaged(object, "an object that nobody holds");
}

static int check_object(check_t *check, mp__object_t *object, uint32_t owner)
{
    uint64_t state = atomic_load(&object->state);
    mp__type_t type = mp__type_of(state);
    int found = 0;

    check->flagged += (state & MP__OBJECT_LIMBO) != 0;
    check->census->holders += type == MP__TYPE_HOLDER;
    if (type >= MP__TYPE_LOCK && type < MP__TYPE_COUNT) {
        int r = check_chain(object, 0, &found);
        return r < 0 || !check->quiet ? r : check_kept(object, state);
    }
    if (!check->quiet) {
        return 0;
    }
    if (type == MP__TYPE_PART) {
        return mp__part_is_kept_locked((mp__part_t *) (void *) object)
                   ? 0
                   : damaged(object, "a part that its queue does not have");
    }
    return type == MP__TYPE_HOLDER
               ? check_holder((mp__holder_t *) (void *) object, owner)
               : damaged(object, "an object that is half made, or half gone");
}

// ---- spans ----

static int check_slab(check_t *check, const mp__span_t *span)
{
    mp__slab_t *slab = mp__unit_address(span->unit);
    int r = 0;

    if (check->quiet && !lives(span->owner)) {
        return damaged(slab, "a slab of a dead process");
    }
    for (uint32_t i = 0; r == 0 && i < slab->cells; i++) {
        mp__object_t *object = mp__cell_at(slab, i);
        if (object == NULL) {
            continue;
        }
        size_t holders = check->census->holders;
        r = check_object(check, object, span->owner);
        check->census->cells += check->census->holders == holders;
        if (r == 0 && check->quiet && object->home != span->unit) {
            r = damaged(object, "a cell of another slab");
        }
    }
    return r;
}

static int check_spans(check_t *check)
{
    mp__span_t span = {MP__SPAN_NONE, 0, 0, 0};
    int r = 0;

    for (uint32_t unit = 0; r == 0 && mp__span_at_locked(unit, &span);
         unit += span.units) {
        if (span.kind == MP__SPAN_SLAB) {
            check->census->slab_bytes += span.units * MP__UNIT;
            r = check_slab(check, &span);
        } else if (span.kind == MP__SPAN_BLOCK) {
            check->census->blocks++;
            r = check_object(check, mp__unit_address(unit), span.owner);
        }
    }
    return r;
}

// ---- lists ----

static int check_limbo(check_t *check)
{
    uint32_t at = (uint32_t) atomic_load(&mp__arena()->limbo);

    for (; at != 0; check->census->limbo++) {
        mp__object_t *object = mp__linked(at);
        if (check->census->limbo > check->flagged ||
            (atomic_load(&object->state) & MP__OBJECT_LIMBO) == 0) {
            return damaged(object, "in limbo, and does not say so");
        }
        at = atomic_load(&object->next);
    }
    return check->census->limbo == check->flagged
               ? 0
               : damaged(mp__arena(), "says to be in limbo, but is not");
}

static int check_slots(check_t *check)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < used; i++) {
        mp__slot_t *slot = &mp__slots()[i];
        mp__slot_state_t state = mp__slot_state(i);
        check->census->members += state != MP__SLOT_FREE;
        if (check->quiet && state == MP__SLOT_DEAD) {
            r = damaged(slot, "a slot of a dead process");
        } else if (check->quiet && state == MP__SLOT_LIVE &&
                   atomic_load(&slot->freeing) != 0) {
            r = damaged(slot, "a process that has not finished freeing");
        }
    }
    return r;
}

static int check_locked(check_t *check)
{
    int r = mp__heap_check_locked(&check->census->bytes);

    if (r == 0) {
        r = check_spans(check);
    }
    if (r == 0) {
        r = check_limbo(check);
    }
    return r == 0 ? check_slots(check) : r;
}

int mp__arena_check(mp__census_t *census, bool quiet)
{
    const mp__census_t none = {0};
    check_t check = {census, quiet, 0};

    *census = none;
    int r = mp__arena_ready();
    if (r == 0) {
        mp__heap_lock();
        r = check_locked(&check);
        mp__heap_unlock();
    }
    return r;
}
