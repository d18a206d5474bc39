// SPDX-License-Identifier: Apache-2.0
#include "core/object.h"

#include "core/cells.h"
#include "core/pages.h"
#include "core/queue.h"
#include "platform/fail.h"

// ---- holding: the owner ----

static bool is_owner(uint64_t state)
{
    return mp__owner_of(state) == mp__process_token();
}

// The last hold of the owner is gone: others may have some, or have inherited
// the address. Who let go of the last of these meanwhile has freed it.
static void drop_last_slowly(mp__object_t *object, uint32_t generation)
{
    mp__heap_lock();
    if (mp__object_at_locked(object) &&
        atomic_load(&object->generation) == generation &&
        atomic_load(&object->holds) == 0 &&
        atomic_load(&object->holders) == 0) {
        mp__object_let_go_locked(object);
    }
    mp__heap_unlock();
}

// ---- holding: others ----

static mp__holder_t *find_holder_locked(const mp__object_t *object,
                                        mp_word_t **link)
{
    uint32_t token = mp__process_token();
    uint32_t at = atomic_load(&object->holders);
    *link = (mp_word_t *) (uintptr_t) &object->holders;

    while (at != 0) {
        mp__holder_t *holder = mp__linked(at);
        if (holder->token == token) {
            return holder;
        }
        *link = &holder->head.next;
        at = atomic_load(*link);
    }
    return NULL;
}

// A cell that is no holder yet is prepared whether it is needed or not: the
// heap's lock must not be held when slabs are made.
static int new_holder(mp__holder_t **out, const mp__object_t *object,
                      uint32_t generation)
{
    mp__object_t *cell = NULL;

    int r = mp__cell_take(sizeof(mp__holder_t), &cell);
    if (r < 0) {
        return r;
    }
    mp__holder_t *holder = (mp__holder_t *) (void *) cell;
    holder->object = mp__link(object);
    holder->generation = generation;
    holder->token = mp__process_token();
    atomic_store(&holder->count, 1);
    *out = holder;
    return 0;
}

int mp__object_gone(void)
{
    return mp__fail(MP_ENOENT, 0, "the shared object is gone");
}

// The owner frees what is not marked without the heap's lock, by a change of
// the same word: it is marked in time, or it is gone.
int mp__object_mark_locked(mp__object_t *object, uint32_t generation)
{
    uint64_t state = atomic_load(&object->state);

    do {
        if (mp__type_of(state) < MP__TYPE_LOCK) {
            return mp__object_gone();
        }
    } while (!atomic_compare_exchange_weak(&object->state, &state,
                                           state | MP__OBJECT_SHARED));
    return atomic_load(&object->generation) == generation ? 0
                                                          : mp__object_gone();
}

// It counts as a holder before it is chained: who dies in between leaves a
// holder in no chain, which recovery frees as it is. Whether `fresh` was used.
static int hold_locked(mp__object_t *object, mp__holder_t *fresh, bool *used)
{
    mp_word_t *link = NULL;

    int r = mp__object_at_locked(object)
                ? mp__object_mark_locked(object, fresh->generation)
                : mp__object_gone();
    if (r < 0) {
        return r;
    }
    mp__holder_t *holder = find_holder_locked(object, &link);
    if (holder != NULL) {
        (void) atomic_fetch_add(&holder->count, 1);
        return 0;
    }
    *used = true;
    atomic_store(&fresh->head.next, atomic_load(&object->holders));
    mp__object_made(&fresh->head, MP__TYPE_HOLDER);
    atomic_store(&object->holders, mp__link(&fresh->head));
    return 0;
}

static int hold_as_other(mp__object_t *object, uint32_t generation)
{
    mp__holder_t *fresh = NULL;
    bool used = false;

    int r = new_holder(&fresh, object, generation);
    if (r < 0) {
        return r;
    }
    mp__heap_lock();
    r = hold_locked(object, fresh, &used);
    mp__heap_unlock();
    if (!used) {
        mp__cell_free(&fresh->head);
    }
    return r;
}

// The holder is freed last: until then it tells recovery what is to be done.
static bool drop_as_other(mp__object_t *object)
{
    mp_word_t *link = NULL;
    mp__holder_t *empty = NULL;

    mp__heap_lock();
    mp__holder_t *holder = find_holder_locked(object, &link);
    bool held = holder != NULL;
    if (held && atomic_fetch_sub(&holder->count, 1) == 1) {
        atomic_store(link, atomic_load(&holder->head.next));
        if (atomic_load(&object->holders) == 0 &&
            atomic_load(&object->holds) == 0) {
            mp__object_let_go_locked(object);
        }
        empty = holder;
    }
    mp__heap_unlock();
    if (empty != NULL) {
        mp__cell_free(&empty->head);
    }
    return held;
}

// ---- holding ----

static bool is_this(const mp__object_t *object, uint32_t generation)
{
    return mp__type_of(atomic_load(&object->state)) >= MP__TYPE_LOCK &&
           atomic_load(&object->generation) == generation;
}

// Of what this process holds no more, but others do, or may have inherited:
// they free it under the heap's lock. Its other threads count under the other.
static int hold_again(mp__object_t *object, uint32_t generation)
{
    mp__heap_lock();
    mp__busy_lock();
    bool there = mp__object_at_locked(object) && is_this(object, generation);
    if (there) {
        (void) atomic_fetch_add(&object->holds, 1);
    }
    mp__busy_unlock();
    mp__heap_unlock();
    return there ? 0 : mp__object_gone();
}

// Another thread may have let go of it since the reference was looked at.
static int hold_generation(mp__object_t *object, uint32_t generation)
{
    bool held = false;

    mp__busy_lock();
    bool owner = is_owner(atomic_load(&object->state));
    if (owner && is_this(object, generation)) {
        held = atomic_load_explicit(&object->holds, memory_order_relaxed) != 0;
        if (held) {
            (void) atomic_fetch_add_explicit(&object->holds, 1,
                                             memory_order_relaxed);
        }
    }
    mp__busy_unlock();
    if (held) {
        return 0;
    }
    return owner ? hold_again(object, generation)
                 : hold_as_other(object, generation);
}

// The commonest case first: nobody else ever held it, and nobody was forked
// since it was made.
static bool drop_as_owner(mp__object_t *object)
{
    uint64_t state = 0;
    bool slowly = false;

    mp__busy_lock();
    uint32_t generation =
        atomic_load_explicit(&object->generation, memory_order_relaxed);
    uint32_t holds = atomic_load_explicit(&object->holds, memory_order_relaxed);
    if (holds > 0) { // else it is destroyed once too often
        atomic_store_explicit(&object->holds, holds - 1, memory_order_release);
    }
    if (holds == 1) {
        state = atomic_load_explicit(&object->state, memory_order_relaxed);
        slowly = (state & (MP__OBJECT_SHARED | MP__OBJECT_LIMBO)) != 0 ||
                 mp__object_is_block(object) ||
                 mp__object_is_inherited(object) ||
                 !mp__cell_try_free_busy(object, state);
    }
    mp__busy_unlock();
    if (slowly) {
        drop_last_slowly(object, generation);
    }
    return holds > 0;
}

// ---- companions ----

static mp__object_t *companion_of(const mp__object_t *object, uint64_t state)
{
    return (state & MP__OBJECT_PAIRED) == 0
               ? NULL
               : mp__linked(
                     ((const mp__paired_t *) (const void *) object)->companion);
}

mp__object_t *mp__object_companion(const mp__object_t *object)
{
    return companion_of(object, atomic_load(&object->state));
}

mp__companion_t mp__companion_locked(const mp__object_t *object)
{
    mp__object_t *companion = companion_of(object, atomic_load(&object->state));

    return (mp__companion_t){
        companion, companion == NULL ? 0 : atomic_load(&companion->generation)};
}

// Held first and dropped last, so that it is there as long as the object.
int mp__object_hold_with(mp__object_t *object, uint32_t generation,
                         mp__companion_t companion)
{
    int r = companion.object == NULL
                ? 0
                : hold_generation(companion.object, companion.generation);
    if (r < 0) {
        return r;
    }
    r = hold_generation(object, generation);
    if (r < 0 && companion.object != NULL) {
        mp__object_drop(companion.object);
    }
    return r;
}

static int hold_paired(mp__object_t *object, uint32_t generation)
{
    mp__companion_t companion = {NULL, 0};

    mp__heap_lock();
    bool there = mp__object_at_locked(object) && is_this(object, generation);
    if (there) {
        companion = mp__companion_locked(object);
    }
    mp__heap_unlock();
    return there ? mp__object_hold_with(object, generation, companion)
                 : mp__object_gone();
}

int mp__object_hold(mp__object_t *object)
{
    int r = mp__arena_ready(); // a forked child may not be a member yet
    if (r < 0) {
        return r;
    }
    uint32_t generation = atomic_load(&object->generation);
    return (atomic_load(&object->state) & MP__OBJECT_PAIRED) == 0
               ? hold_generation(object, generation)
               : hold_paired(object, generation);
}

uint32_t mp__object_holds(const mp__object_t *object)
{
    mp_word_t *link = NULL;

    if (is_owner(atomic_load(&object->state))) {
        return atomic_load(&object->holds);
    }
    mp__heap_lock();
    const mp__holder_t *holder = find_holder_locked(object, &link);
    uint32_t count = holder == NULL ? 0 : atomic_load(&holder->count);
    mp__heap_unlock();
    return count;
}

// A handle of a queue looks at it from a thread of its own.
static bool has_handle(const mp__object_t *object, uint64_t state)
{
    return mp__type_of(state) == MP__TYPE_QUEUE &&
           mp__queue_may_have_handle() &&
           mp__queue_handle_dropping(
               (const mp_queue_t *) (const void *) object);
}

void mp__object_drop(mp__object_t *object)
{
    if (mp__process_token() == 0) {
        return; // of a forked child that has held nothing
    }
    uint64_t state = atomic_load_explicit(&object->state, memory_order_relaxed);
    mp__object_t *companion = companion_of(object, state);
    bool watched = has_handle(object, state);
    bool held = is_owner(state) ? drop_as_owner(object) : drop_as_other(object);
    if (watched) {
        mp__queue_handle_dropped();
    }
    if (held && companion != NULL) {
        mp__object_drop(companion);
    }
}

// Each hold that this process has of the object is one of the companion, too.
int mp__object_pair(mp__paired_t *object, mp__object_t *companion)
{
    uint32_t holds = atomic_load(&object->head.holds);

    for (uint32_t held = 0; held < holds; held++) {
        int r = mp__object_hold(companion);
        for (; r < 0 && held > 0; held--) {
            mp__object_drop(companion);
        }
        if (r < 0) {
            return r;
        }
    }
    object->companion = mp__link(companion);
    (void) atomic_fetch_or(&object->head.state, MP__OBJECT_PAIRED);
    return 0;
}
