// SPDX-License-Identifier: Apache-2.0
#include "core/object.h"

#include "core/cells.h"
#include "core/pages.h"
#include "core/queue.h"
#include "core/transit.h"

// ---- making ----

// Called before the span exists: what a killed maker leaves is known as such.
static void reserve_block(void *memory)
{
    mp__object_t *object = memory;

    atomic_store_explicit(&object->state,
                          mp__state(MP__TYPE_RESERVED, mp__process_token()),
                          memory_order_release);
    atomic_store(&object->generation, atomic_load(&mp__arena()->generation));
    object->home = mp__unit_of(memory);
    object->birth = atomic_load(&mp__arena()->fork_clock);
    atomic_store_explicit(&object->holders, 0, memory_order_relaxed);
    atomic_store_explicit(&object->next, 0, memory_order_relaxed);
    atomic_store_explicit(&object->holds, 1, memory_order_release);
}

// Waits for a fork that has begun: its child will have none of what is made
// from now on. Without the heap's lock, which others would wait for meanwhile.
static uint32_t birth_clock(void)
{
    mp__busy_lock();
    uint32_t clock = atomic_load(&mp__arena()->fork_clock);
    mp__busy_unlock();
    return clock;
}

static int new_block(size_t size, mp__object_t **object)
{
    size_t units = size / MP__UNIT + (size % MP__UNIT != 0);
    uint32_t birth = birth_clock();
    uint32_t unit = 0;

    int r = mp__span_take(units > UINT32_MAX ? UINT32_MAX : (uint32_t) units,
                          MP__SPAN_BLOCK, reserve_block, &unit);
    if (r == 0) {
        *object = mp__unit_address(unit);
        (*object)->birth = birth;
    }
    return r;
}

int mp__object_new(void *out, size_t size)
{
    mp__object_t *object = NULL;

    int r = mp__arena_ready();
    if (r == 0) {
        r = size <= MP__CELL_MOST ? mp__cell_take(size, &object)
                                  : new_block(size, &object);
    }
    *(void **) out = object;
    return r;
}

// ---- freeing ----

static void free_block_locked(mp__object_t *object)
{
    atomic_store_explicit(&object->state, 0, memory_order_release);
    mp__retire_locked(atomic_load(&object->generation));
    mp__span_free_locked(object->home);
}

// It waits for those that were forked until now.
static void mark_limbo_locked(mp__object_t *object)
{
    uint64_t state = atomic_load(&object->state);
    uint64_t marked = 0;
    uint32_t forks = atomic_load(&mp__arena()->fork_clock) - object->birth;

    if (forks > MP__FORKS_MOST) {
        forks = MP__FORKS_MOST;
    }
    do {
        marked = (state & ~MP__OBJECT_FORKS) | MP__OBJECT_LIMBO |
                 (uint64_t) forks << MP__FORKS_SHIFT;
    } while (!atomic_compare_exchange_weak(&object->state, &state, marked));
}

// The flag is what counts: the list is made anew from it if the holder of the
// heap's lock dies.
static void to_limbo_locked(mp__object_t *object)
{
    mp__arena_t *arena = mp__arena();

    mark_limbo_locked(object);
    atomic_store(&object->next, (uint32_t) atomic_load(&arena->limbo));
    atomic_store(&arena->limbo, mp__link(object));
}

void mp__object_free_locked(mp__object_t *object)
{
    mp__type_t type = mp__type_of(atomic_load(&object->state));

    if (type == MP__TYPE_ROUTE) {
        mp__transits_drop_locked(object);
    } else if (type == MP__TYPE_QUEUE) {
        mp__queue_free_locked(object);
    }
    if (mp__object_is_block(object)) {
        free_block_locked(object);
    } else {
        mp__cell_free(object);
    }
}

// What is in limbo stays in its list until that is walked. It may have been
// held again since it came there.
void mp__object_let_go_locked(mp__object_t *object)
{
    if ((atomic_load(&object->state) & MP__OBJECT_LIMBO) != 0) {
        mark_limbo_locked(object);
    } else if (mp__object_is_inherited(object)) {
        to_limbo_locked(object);
    } else {
        mp__object_free_locked(object);
    }
}
