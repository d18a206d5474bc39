// SPDX-License-Identifier: Apache-2.0
#include "core/recover.h"

#include "core/cells.h"
#include "core/queue.h"
#include "core/transit.h"

static bool is_owned_by(const mp__object_t *object, uint32_t token)
{
    return mp__owner_of(atomic_load(&object->state)) == token;
}

// Takes a holder out of the chain of its object, if it is in it.
static void unchain(const mp__object_t *object, const mp__holder_t *holder)
{
    mp_word_t *link = (mp_word_t *) (uintptr_t) &object->holders;

    for (uint32_t at = atomic_load(link); at != 0; at = atomic_load(link)) {
        mp__holder_t *other = mp__linked(at);
        if (other == holder) {
            atomic_store(link, atomic_load(&holder->head.next));
            return;
        }
        link = &other->head.next;
    }
}

void mp__holder_let_go_locked(mp__holder_t *holder)
{
    mp__object_t *object = mp__linked(holder->object);

    if (mp__object_at_locked(object) &&
        atomic_load(&object->generation) == holder->generation &&
        mp__type_of(atomic_load(&object->state)) >= MP__TYPE_LOCK) {
        unchain(object, holder);
        if (atomic_load(&object->holders) == 0 &&
            atomic_load(&object->holds) == 0) {
            mp__object_let_go_locked(object);
        }
    }
}

// What is on its way does not end with its sender.
static void recover_holder(mp__holder_t *holder)
{
    if (!mp__transit_is_kept_locked(holder)) {
        mp__holder_let_go_locked(holder);
        mp__cell_free(&holder->head);
    }
}

// Somebody may be freeing a part that he has got: then the queue says so last,
// and the part is none any more.
static void recover_part(mp__part_t *part)
{
    uint32_t generation = atomic_load(&part->head.generation);

    if (!mp__part_is_kept_locked(part) &&
        mp__object_is(&part->head, MP__TYPE_PART) &&
        atomic_load(&part->head.generation) == generation) {
        mp__object_free_locked(&part->head);
    }
}

// An object of the dead process's own.
static void recover_object(mp__object_t *object, uint32_t token)
{
    switch (mp__type_of(atomic_load(&object->state))) {
    case MP__TYPE_HOLDER:
        recover_holder((mp__holder_t *) (void *) object);
        break;
    case MP__TYPE_PART:
        recover_part((mp__part_t *) (void *) object);
        break;
    case MP__TYPE_NONE:
    case MP__TYPE_RESERVED:
        atomic_store(&object->holds, 0);
        mp__object_let_go_locked(object);
        break;
    case MP__TYPE_FREEING: // by `freeing`, if it was this process
        break;
    default:
        if (is_owned_by(object, token)) {
            atomic_store(&object->holds, 0);
            if (atomic_load(&object->holders) == 0) {
                mp__object_let_go_locked(object);
            }
        }
    }
}

static bool recover_slab(uint32_t unit, uint32_t token)
{
    mp__slab_t *slab = mp__unit_address(unit);
    bool empty = true;

    for (uint32_t i = 0; i < slab->cells; i++) {
        mp__object_t *object = mp__cell_at(slab, i);
        if (object != NULL) {
            recover_object(object, token);
            empty &= mp__cell_at(slab, i) == NULL;
        }
    }
    return empty;
}

// The slab is this process's from now on. It enters the ring at once: that
// needs the lock for moments, which comes after the heap's.
static void take_over_slab(uint32_t unit, uint32_t token)
{
    if (recover_slab(unit, token)) {
        mp__slab_free_locked(unit);
        return;
    }
    mp__span_own_locked(unit, mp__process_token());
    mp__slab_adopt(unit);
}

static void recover_span(const mp__span_t *span, uint32_t token)
{
    mp__object_t *object = mp__unit_address(span->unit);

    if (span->kind == MP__SPAN_SLAB) {
        take_over_slab(span->unit, token);
    } else if (span->kind == MP__SPAN_BLOCK) {
        recover_object(object, token);
    }
}

// What it noted may be done already, and its place be another's by now.
static void finish_freeing(uint32_t token, uint64_t offset)
{
    if (offset == 0) {
        return;
    }
    mp__object_t *object = mp__at(offset);
    if (atomic_load(&object->state) == mp__state(MP__TYPE_FREEING, token) &&
        mp__object_at_locked(object)) {
        mp__cell_finish(object);
    }
}

void mp__recover_memory_locked(uint32_t token, uint64_t freeing)
{
    mp__span_t span;

    finish_freeing(token, freeing);
    mp__span_walk_locked();
    while (mp__span_next_locked(&span)) {
        if (span.owner == token && span.kind != MP__SPAN_FREE) {
            recover_span(&span, token);
        }
    }
}

static void link_limbo(mp__object_t *before, uint32_t next)
{
    if (before == NULL) {
        atomic_store(&mp__arena()->limbo, next);
    } else {
        atomic_store(&before->next, next);
    }
}

// Who is freed keeps the flag until then, so that it is found by it.
void mp__recover_limbo_locked(void)
{
    uint32_t at = (uint32_t) atomic_load(&mp__arena()->limbo);
    mp__object_t *before = NULL;

    while (at != 0) {
        mp__object_t *object = mp__linked(at);
        bool held = atomic_load(&object->holds) != 0 ||
                    atomic_load(&object->holders) != 0;
        at = atomic_load(&object->next);
        uint32_t forks = mp__forks_of(atomic_load(&object->state));
        if (!held && mp__member_forked_after(object->birth, forks)) {
            before = object;
            continue;
        }
        link_limbo(before, at);
        if (held) {
            (void) atomic_fetch_and(&object->state,
                                    ~(MP__OBJECT_LIMBO | MP__OBJECT_FORKS));
        } else {
            mp__object_free_locked(object);
        }
    }
}

static void relink(mp__object_t *object)
{
    uint64_t state = atomic_load(&object->state);

    if ((state & MP__OBJECT_LIMBO) != 0 &&
        mp__type_of(state) != MP__TYPE_FREEING) {
        atomic_store(&object->next,
                     (uint32_t) atomic_load(&mp__arena()->limbo));
        atomic_store(&mp__arena()->limbo, mp__link(object));
    }
}

void mp__recover_list_locked(void)
{
    mp__span_t span;

    atomic_store(&mp__arena()->limbo, 0);
    mp__span_walk_locked();
    while (mp__span_next_locked(&span)) {
        if (span.kind == MP__SPAN_BLOCK) {
            relink(mp__unit_address(span.unit));
        } else if (span.kind == MP__SPAN_SLAB) {
            mp__slab_t *slab = mp__unit_address(span.unit);
            for (uint32_t i = 0; i < slab->cells; i++) {
                mp__object_t *object = mp__cell_at(slab, i);
                if (object != NULL) {
                    relink(object);
                }
            }
        }
    }
}
