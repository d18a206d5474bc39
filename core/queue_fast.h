// SPDX-License-Identifier: Apache-2.0
// The commonest way through a queue, without a call: one message, at the place
// that the hint names. Whatever is not so is done by the walks of queue_ring.c,
// from the start.
#ifndef MP_CORE_QUEUE_FAST_H
#define MP_CORE_QUEUE_FAST_H

#include "core/fence.h"
#include "core/queue.h"

// What was claimed there last, if not in this lap. Who was stopped before he
// reads it may take a lap to come for an old one: so what is free, or there, is
// read behind it.
static inline bool mp__claim_seen(const _Atomic uint64_t *claims,
                                  uint64_t position, mp__claim_t *claim)
{
    claim->position = position;
    claim->word = atomic_load_explicit(&claims[(uint32_t) position],
                                       memory_order_acquire);
    return mp__laps_ahead(claim->word, mp__lap_of(position)) < 0;
}

// Of the claim's ring.
static inline bool mp__claim_one(_Atomic uint64_t *claims, uint32_t token,
                                 mp__claim_t *claim)
{
    uint64_t mine = mp__claim_word(token, 1, mp__lap_of(claim->position));

    if (token == 0 || !mp__ring_is(claim->ring, claim->which) ||
        !atomic_compare_exchange_strong_explicit(
            &claims[(uint32_t) claim->position], &claim->word, mine,
            memory_order_acquire, memory_order_relaxed)) {
        return false;
    }
    claim->word = mine;
    claim->run = 1;
    return true;
}

static inline bool mp__claim_free_fast(const mp_queue_t *queue, uint32_t token,
                                       mp__claim_t *claim)
{
    claim->which = mp__queue_last(queue);
    mp__ring_t *ring = mp__ring_at(claim->which);
    uint64_t position = atomic_load_explicit(&ring->tail, memory_order_relaxed);

    claim->ring = ring;
    if (atomic_load_explicit(&queue->state, memory_order_relaxed) !=
            MP__QUEUE_OPEN ||
        (uint32_t) position >= queue->count ||
        !mp__claim_seen(mp__ring_puts(ring), position, claim)) {
        return false;
    }
    uint64_t free = atomic_load_explicit(&ring->free, memory_order_acquire);
    if (!mp__is_within_lap(free, position) ||
        !mp__claim_one(mp__ring_puts(ring), token, claim)) {
        return false;
    }
    claim->place = mp__ring_place(queue, ring, position);
    atomic_store_explicit(&ring->tail, mp__position_after(queue, position),
                          memory_order_relaxed);
    return true;
}

// Up to `room` bytes, in the place.
static inline bool mp__claim_full_fast(const mp_queue_t *queue, uint32_t token,
                                       size_t room, mp__claim_t *claim)
{
    claim->which = mp__queue_first(queue);
    mp__ring_t *ring = mp__ring_at(claim->which);
    _Atomic uint64_t *gets = mp__ring_gets(queue, ring);
    uint64_t position =
        atomic_load_explicit(&ring->front, memory_order_relaxed);

    claim->ring = ring;
    if ((uint32_t) position >= queue->count ||
        !mp__claim_seen(gets, position, claim)) {
        return false;
    }
    mp__place_t *place = mp__ring_place(queue, ring, position);
    uint64_t there = atomic_load_explicit(&place->there, memory_order_acquire);
    if (!mp__is_of_lap(there, mp__lap_of(position)) ||
        !mp__there_is(there, 0) || mp__there_size(there) > room ||
        !mp__claim_one(gets, token, claim)) {
        return false;
    }
    claim->place = place;
    atomic_store_explicit(&ring->front, mp__position_after(queue, position),
                          memory_order_relaxed);
    return true;
}

// The messages are there in one step, by the word of the first place: those of
// the others are made before. Who sleeps is told.
static inline void mp__claim_publish(mp_queue_t *queue,
                                     const mp__claim_t *claim, uint64_t there)
{
    atomic_store_explicit(&claim->place->there, there, memory_order_release);
    mp__fence_often();
    mp__turn_next(&queue->items, (int) claim->run);
}

// If all in front of these messages is read, all is up to their end. A ring
// that may go with its last message is not told so.
static inline void mp__claim_tell_read(const mp_queue_t *queue,
                                       const mp__claim_t *claim)
{
    _Atomic uint64_t *read = &claim->ring->read;

    if (queue->bounded &&
        atomic_load_explicit(read, memory_order_acquire) == claim->position) {
        atomic_store_explicit(
            read, mp__position_skip(queue, claim->position, claim->run),
            memory_order_release);
    }
}

// The places are free; the word of the first one stands for all.
static inline void mp__claim_free(mp_queue_t *queue, const mp__claim_t *claim)
{
    atomic_store_explicit(
        &mp__ring_gets(queue, claim->ring)[(uint32_t) claim->position],
        mp__claim_word(0, claim->run, mp__lap_of(claim->position)),
        memory_order_release);
    mp__claim_tell_read(queue, claim);
    mp__fence_often();
    mp__turn_next(&queue->space, (int) claim->run);
}

#endif
