// SPDX-License-Identifier: Apache-2.0
// Trying to claim in a queue, along its chain, and being done with a claim.
#include "core/queue_fast.h"

// ---- one try ----

static int claim_any_places(const mp__try_t *wait)
{
    mp_queue_t *queue = wait->queue;

    for (;;) {
        if (atomic_load_explicit(&queue->state, memory_order_relaxed) !=
            MP__QUEUE_OPEN) {
            return mp__queue_is_shut();
        }
        mp__found_t found =
            mp__ring_claim_free(queue, wait->token, wait->run, wait->claim);
        if (found == MP__FOUND_CLAIMED) {
            return 0;
        }
        if (found == MP__FOUND_OTHER) {
            continue;
        }
        int r = queue->bounded ? MP_EFULL
                               : mp__chain_grow(queue, wait->claim->which);
        if (r < 0) {
            return r;
        }
    }
}

// Who has no room has a place in mind, too, as others do who wait.
static int claim_places(const mp__try_t *wait)
{
    mp_queue_t *queue = wait->queue;

    if (!queue->is_limited) {
        return claim_any_places(wait);
    }
    int r = mp__bytes_take(queue, wait->size);
    if (r < 0) {
        wait->claim->which = mp__queue_last(queue);
        wait->claim->ring = mp__ring_at(wait->claim->which);
        (void) mp__ring_tail(queue, wait->claim);
        return atomic_load(&queue->state) != MP__QUEUE_OPEN
                   ? mp__queue_is_shut()
                   : r;
    }
    r = claim_any_places(wait);
    if (r < 0) {
        mp__bytes_give(queue, wait->size);
    }
    return r;
}

// From the first ring on, which cannot leave the chain, nor can those behind
// it, as long as it is the first. Of a ring that is closed the end is looked
// for only once nothing is there.
mp__found_t mp__queue_look(mp_queue_t *queue, uint32_t token, uint32_t run,
                           size_t *room, mp__claim_t *claim)
{
    uint64_t first = mp__queue_first(queue);

    claim->which = first;
    for (;;) {
        claim->ring = mp__ring_at(claim->which);
        mp__found_t found = mp__ring_claim_full(queue, token, run, room, claim);
        if (found != MP__FOUND_NONE) {
            return found;
        }
        uint64_t next = mp__ring_next(claim->ring);
        bool open = atomic_load_explicit(&queue->state, memory_order_relaxed) ==
                    MP__QUEUE_OPEN;
        bool ends = (next != 0 || !open) && mp__ring_ends_at(claim);
        if (atomic_load(&queue->first) != first) {
            return MP__FOUND_OTHER;
        }
        if (!ends || next == 0) {
            return ends ? MP__FOUND_END : MP__FOUND_NONE;
        }
        claim->which = next;
    }
}

// Whoever shut the queue down may have died before he closed it.
static int nothing_there(mp_queue_t *queue)
{
    mp__claim_t claim = {.ring = mp__ring_at(mp__queue_last(queue))};

    if (atomic_load_explicit(&queue->state, memory_order_relaxed) ==
            MP__QUEUE_OPEN ||
        mp__ring_tail(queue, &claim) == MP__FOUND_END) {
        return MP_EEMPTY;
    }
    int r = mp__chain_shut(queue, MP__QUEUE_SHUT);
    return r < 0 ? r : MP_EEMPTY;
}

static mp__found_t look(const mp__try_t *wait)
{
    mp_queue_t *queue = wait->queue;
    mp__found_t found = MP__FOUND_NONE;

    if (atomic_load_explicit(&queue->returned, memory_order_relaxed) != 0) {
        found = mp__queue_claim_returned(queue, wait->token, wait->room,
                                         wait->claim);
    }
    return found == MP__FOUND_NONE
               ? mp__queue_look(queue, wait->token, wait->run, wait->room,
                                wait->claim)
               : found;
}

static int claim_messages(const mp__try_t *wait)
{
    mp_queue_t *queue = wait->queue;

    for (;;) {
        if (atomic_load_explicit(&queue->state, memory_order_relaxed) ==
            MP__QUEUE_DROPPED) {
            return mp__queue_is_shut();
        }
        *wait->room = wait->capacity;
        switch (look(wait)) {
        case MP__FOUND_CLAIMED:
            return 0;
        case MP__FOUND_TOO_LONG:
            return MP_EMSGSIZE;
        case MP__FOUND_END:
            if (queue->again && mp__queue_repair_all(queue)) {
                break;
            }
            return mp__queue_is_shut();
        case MP__FOUND_NONE:
            return nothing_there(queue);
        default:
            break;
        }
    }
}

int mp__try(const mp__try_t *wait)
{
    return wait->room == NULL ? claim_places(wait) : claim_messages(wait);
}

// ---- done ----

static void free_parts(const mp_queue_t *queue, const mp__claim_t *claim)
{
    uint64_t position = claim->position;
    mp__place_t *place = claim->place;

    for (uint32_t i = 0; i < claim->run;) {
        if (mp__there_is(mp__place_word(place), MP__LONG)) {
            mp__part_drop(mp__part_of(place));
        }
        uint32_t count = mp__place_count(place, claim->run - i);
        place = mp__place_skip(queue, claim->ring, place, &position, count);
        i += count;
    }
}

// Who gets from a ring behind the first one has found nothing there: it may be
// drained.
void mp__queue_give_back(mp_queue_t *queue, const mp__claim_t *claim)
{
    if (queue->is_limited) {
        mp__bytes_got(queue, claim);
    }
    if (claim->is_long) {
        free_parts(queue, claim);
    }
    if (claim->run > 1) {
        mp__claim_refresh(queue, claim);
    }
    mp__claim_free(queue, claim);
    if (!queue->bounded && claim->which != mp__queue_first(queue)) {
        mp__chain_trim(queue, mp__claim_token(claim->word));
    }
    if (queue->joinable) {
        mp__tasks_changed(queue);
    }
}
