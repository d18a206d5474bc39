// SPDX-License-Identifier: Apache-2.0
// The chain of a queue's rings. It is changed under the queue's lock, whose
// holder may die: each change is one store, or can be done again.
#include "core/queue.h"

#include <limits.h>

#include "core/pages.h"
#include "platform/fail.h"
#include "platform/platform.h"

int mp__queue_lock(mp_queue_t *queue)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    (void) mp__word_acquire(&queue->lock, token, MP_PLAT_NEVER);
    return 0;
}

void mp__queue_unlock(mp_queue_t *queue)
{
    (void) mp__word_release(&queue->lock);
}

// ---- rings ----

// Laps begin where those of the rings that are gone have ended.
static void begin(const mp_queue_t *queue, mp__ring_t *ring)
{
    uint32_t lap = atomic_load(&mp__arena()->laps);
    _Atomic uint64_t *puts = mp__ring_puts(ring);
    _Atomic uint64_t *gets = mp__ring_gets(queue, ring);

    // Whoever sees anything of this ring sees that it is another one.
    atomic_store(&ring->begin, lap);
    atomic_store(&ring->next, 0);
    atomic_store(&ring->over, 0);
    atomic_store(&ring->tail, (uint64_t) lap << 32);
    atomic_store(&ring->free, (uint64_t) (lap + 1) << 32);
    atomic_store(&ring->front, (uint64_t) lap << 32);
    atomic_store(&ring->read, (uint64_t) lap << 32);
    for (uint32_t i = 0; i < queue->count; i++) {
        mp__place_t *place = mp__ring_place(queue, ring, i);
        atomic_store_explicit(&puts[i], mp__claim_word(0, 1, lap - 1),
                              memory_order_release);
        atomic_store_explicit(&gets[i], mp__claim_word(0, 1, lap - 1),
                              memory_order_release);
        atomic_store_explicit(&place->there,
                              mp__there_word(0, MP__VOID, lap - 1),
                              memory_order_release);
    }
}

static int new_ring(const mp_queue_t *queue, mp__ring_t **out)
{
    mp__part_t *part = NULL;
    size_t place = queue->stride + (queue->rows != 0 ? queue->row : 0);
    size_t size = sizeof(mp__ring_t) - sizeof(mp__part_t) + queue->places +
                  queue->count * place;

    int r = mp__part_new(&part, queue, size);
    if (r == 0) {
        *out = (mp__ring_t *) (void *) part;
        begin(queue, *out);
        mp__part_give(part, NULL);
    }
    return r;
}

bool mp__chain_has_locked(const mp_queue_t *queue, const mp__ring_t *ring)
{
    const mp__ring_t *at = mp__ring_of(mp__queue_first(queue));

    while (at != NULL && at != ring) {
        at = mp__ring_of(mp__ring_next(at));
    }
    return at != NULL;
}

int mp__chain_begin(mp_queue_t *queue)
{
    mp__ring_t *ring = NULL;

    int r = new_ring(queue, &ring);
    if (r == 0) {
        atomic_store(&queue->last, mp__ring_word(ring));
        atomic_store(&queue->first, mp__ring_word(ring));
    }
    return r;
}

// ---- closing one ----

// Closes it where the next claim to put would begin. False: a place is free
// there, if that was asked for. The claim of a lap ago may not be done, and who
// made it may die, so what it said is kept.
static bool close_locked(const mp_queue_t *queue, mp__ring_t *ring,
                         bool if_full)
{
    mp__claim_t claim = {.ring = ring};

    for (;;) {
        mp__found_t found = mp__ring_tail(queue, &claim);
        if (found == MP__FOUND_END) {
            return true;
        }
        if (found != MP__FOUND_CLAIMED) {
            continue;
        }
        if (if_full &&
            mp__ring_is_free(queue, mp__ring_word(ring), claim.position)) {
            return false;
        }
        atomic_store(&ring->over, claim.word);
        if (atomic_compare_exchange_strong(
                &mp__ring_puts(ring)[(uint32_t) claim.position], &claim.word,
                mp__claim_word(0, 1, mp__lap_of(claim.position)))) {
            return true;
        }
    }
}

// ---- taking off ----

// Whether all who get have come to the end, and are done with what they got.
static bool is_drained_locked(mp_queue_t *queue, mp__ring_t *ring)
{
    mp__claim_t claim = {.ring = ring, .position = mp__ring_front(queue, ring)};
    uint64_t before = 0;
    uint64_t free = 0;

    if (!mp__ring_ends_at(&claim)) {
        return false;
    }
    do {
        before = atomic_load(&ring->free);
        free = mp__ring_free(queue, mp__ring_word(ring));
    } while (free != before);
    if (free - (UINT64_C(1) << 32) == claim.position) {
        return true;
    }
    mp__queue_repair_ring_locked(queue, ring);
    return false;
}

// Whoever still reads in the ring knows from here on that it is none.
static void retire_laps_locked(const mp_queue_t *queue, mp__ring_t *ring)
{
    mp__claim_t claim = {.ring = ring};
    mp_word_t *least = &mp__arena()->laps;

    (void) mp__ring_tail(queue, &claim);
    uint32_t lap = mp__lap_of(claim.position) + 2;
    if ((int32_t) (lap - atomic_load(least)) > 0) {
        atomic_store(least, lap);
    }
    atomic_store(&ring->begin, lap);
}

void mp__ring_free_locked(const mp_queue_t *queue, mp__ring_t *ring)
{
    retire_laps_locked(queue, ring);
    mp__object_free_locked(&ring->part.head);
}

// Who dies in here has noted the ring, which the next one frees.
static void free_ring_locked(mp_queue_t *queue)
{
    mp__ring_t *ring = mp__ring_of(atomic_load(&queue->freeing));

    if (ring == NULL) {
        return;
    }
    mp__heap_lock();
    if (mp__ring_is_left_locked(queue, ring)) {
        mp__ring_free_locked(queue, ring);
    }
    atomic_store(&queue->freeing, 0);
    mp__heap_unlock();
}

static void trim_locked(mp_queue_t *queue)
{
    free_ring_locked(queue);
    for (;;) {
        mp__ring_t *first = mp__ring_at(mp__queue_first(queue));
        uint64_t next = mp__ring_next(first);
        if (next == 0 || !is_drained_locked(queue, first)) {
            return;
        }
        atomic_store(&queue->freeing, mp__ring_word(first));
        atomic_store(&queue->first, next);
        free_ring_locked(queue);
    }
}

void mp__chain_trim(mp_queue_t *queue, uint32_t token)
{
    if (mp__word_try(&queue->lock, token)) {
        trim_locked(queue);
        mp__queue_unlock(queue);
    }
}

// ---- growing ----

int mp__queue_is_shut(void)
{
    return mp__fail(MP_ESHUTDOWN, 0, "the queue was shut down");
}

// Whoever died in here may have closed the ring, or linked the next one.
static uint64_t last_locked(mp_queue_t *queue)
{
    uint64_t last = mp__queue_last(queue);
    uint64_t next = mp__ring_next(mp__ring_at(last));

    if (next == 0) {
        return last;
    }
    atomic_store(&queue->last, next);
    return next;
}

// The new ring is there before the old one is closed: without memory all stays
// as it is.
static int grow_locked(mp_queue_t *queue, mp__ring_t *full)
{
    mp__ring_t *fresh = NULL;

    int r = new_ring(queue, &fresh);
    if (r < 0) {
        return r;
    }
    if (!close_locked(queue, full, true)) {
        mp__part_drop(&fresh->part);
        return 0;
    }
    atomic_store(&full->next, mp__ring_word(fresh));
    atomic_store(&queue->last, mp__ring_word(fresh));
    trim_locked(queue);
    return 0;
}

int mp__chain_grow(mp_queue_t *queue, uint64_t full)
{
    int r = mp__queue_lock(queue);

    if (r < 0) {
        return r;
    }
    uint64_t last = last_locked(queue);
    if (atomic_load(&queue->state) != MP__QUEUE_OPEN) {
        r = mp__queue_is_shut();
    } else if (last == full) {
        r = grow_locked(queue, mp__ring_at(last));
    }
    mp__queue_unlock(queue);
    return r;
}

// ---- the end ----

int mp__chain_shut(mp_queue_t *queue, mp__queue_state_t state)
{
    int r = mp__queue_lock(queue);

    if (r < 0) {
        return r;
    }
    if (atomic_load(&queue->state) < (uint32_t) state) {
        atomic_store(&queue->state, (uint32_t) state);
    }
    (void) close_locked(queue, mp__ring_at(last_locked(queue)), false);
    mp__queue_unlock(queue);
    mp__turn_next(&queue->items, INT_MAX);
    mp__turn_next(&queue->space, INT_MAX);
    return 0;
}
