// SPDX-License-Identifier: Apache-2.0
// What the dead leave in a queue: places that they have claimed. All that is
// repaired is so under the queue's lock, which the heap's comes after.
#include "core/queue.h"

#include <limits.h>

#include "core/pages.h"

typedef struct repair {
    mp_queue_t *queue;
    mp__ring_t *ring;
    uint64_t position;
    uint32_t run;
} repair_t;

static mp__place_t *place_at(const repair_t *repair, uint64_t position)
{
    return mp__ring_place(repair->queue, repair->ring, position);
}

static uint64_t position_at(const repair_t *repair, uint32_t at)
{
    return mp__position_skip(repair->queue, repair->position, at);
}

// That of a claim, as far as its word tells the lap.
static uint64_t position_of(uint64_t word, uint32_t at)
{
    return (uint64_t) ((uint32_t) word & MP__LAP_MASK) << 32 | at;
}

static bool is_dead(uint64_t word)
{
    return mp__claim_token(word) != 0 &&
           mp__member_dead(mp__claim_token(word), true);
}

// ---- who put ----

// Nobody has seen any of it. The first place is the last one, as it stands for
// all of them.
static void drop_written(const repair_t *repair)
{
    atomic_store(&repair->queue->voids, 1);
    for (uint32_t i = repair->run; i > 0; i--) {
        uint64_t position = position_at(repair, i - 1);
        mp__place_t *place = place_at(repair, position);
        mp__part_free_locked(place);
        atomic_store(&place->there,
                     mp__there_word(0, MP__VOID, mp__lap_of(position)));
    }
}

// The last claim to put that begins at a place; where the ring is closed, the
// one before. There the word is laps ahead of what is there.
static uint64_t put_at(const mp_queue_t *queue, const mp__ring_t *ring,
                       uint32_t at)
{
    uint64_t put = atomic_load(&mp__ring_puts(ring)[at]);
    uint64_t there = atomic_load(&mp__ring_place(queue, ring, at)->there);

    return mp__claim_token(put) == 0 &&
                   mp__laps_ahead(put, (uint32_t) there) > 0
               ? atomic_load(&ring->over)
               : put;
}

static bool repair_put(mp_queue_t *queue, mp__ring_t *ring, uint64_t position)
{
    uint64_t put = put_at(queue, ring, (uint32_t) position);
    repair_t repair = {queue, ring, position, mp__claim_run(put)};

    if (!mp__is_of_lap(put, mp__lap_of(position)) || !is_dead(put) ||
        mp__is_of_lap(atomic_load(&place_at(&repair, position)->there),
                      mp__lap_of(position))) {
        return false;
    }
    mp__heap_lock();
    drop_written(&repair);
    mp__heap_unlock();
    return true;
}

// ---- who got ----

// What he has freed is not there any more.
static void drop_read(const repair_t *repair)
{
    for (uint32_t i = repair->run; i > 0; i--) {
        mp__part_free_locked(place_at(repair, position_at(repair, i - 1)));
    }
    atomic_store(&mp__ring_gets(repair->queue,
                                repair->ring)[(uint32_t) repair->position],
                 mp__claim_word(0, repair->run, mp__lap_of(repair->position)));
}

// It is as if he had never been there: where messages come again nobody gets
// several at once. The queue says so first, or nobody would look for it.
static void put_back(const repair_t *repair)
{
    atomic_store(&repair->queue->returned, 1);
    atomic_store(&mp__ring_gets(repair->queue,
                                repair->ring)[(uint32_t) repair->position],
                 mp__claim_word(0, 1, mp__lap_of(repair->position) - 1));
}

// A long message that he has freed cannot come again, nor can what was lost
// with who put it.
static bool is_whole(const repair_t *repair)
{
    mp__place_t *place = place_at(repair, repair->position);
    uint64_t there = atomic_load(&place->there);

    return !mp__there_is(there, MP__VOID) &&
           (!mp__there_is(there, MP__LONG) || mp__part_is_there_locked(place));
}

static bool repair_got(mp_queue_t *queue, mp__ring_t *ring, uint64_t position)
{
    uint64_t got =
        atomic_load(&mp__ring_gets(queue, ring)[(uint32_t) position]);
    repair_t repair = {queue, ring, position, mp__claim_run(got)};

    if (!mp__is_of_lap(got, mp__lap_of(position)) || !is_dead(got)) {
        return false;
    }
    mp__heap_lock();
    bool again = queue->again && is_whole(&repair);
    if (again) {
        put_back(&repair);
    } else {
        drop_read(&repair);
    }
    mp__heap_unlock();
    if (again) {
        mp__tasks_returned(queue, mp__claim_token(got));
    } else {
        mp__tasks_died(queue);
    }
    return true;
}

static bool repair_gets_locked(mp_queue_t *queue, mp__ring_t *ring)
{
    bool repaired = false;

    for (uint32_t i = 0; i < queue->count; i++) {
        uint64_t got = atomic_load(&mp__ring_gets(queue, ring)[i]);
        if (mp__claim_token(got) != 0) {
            repaired |= repair_got(queue, ring, position_of(got, i));
        }
    }
    return repaired;
}

// Nobody waits at the places of a ring that is closed, so they are all looked
// at, now and then.
void mp__queue_repair_ring_locked(mp_queue_t *queue, mp__ring_t *ring)
{
    if (mp__look_due(mp__link(&ring->part.head))) {
        (void) repair_gets_locked(queue, ring);
    }
}

// ---- both ----

// Where who puts comes to a place that is not free, the claims of a lap ago are
// in his way; where who gets comes to one where nothing is, that of this lap.
static uint64_t a_lap_ago(uint64_t position)
{
    return position - (UINT64_C(1) << 32);
}

// What was lost in front of all that is there is passed over at once, or a
// queue of few places would be full of it.
static void pass_over_lost(mp_queue_t *queue)
{
    size_t room = 0;
    mp__claim_t claim;

    (void) mp__queue_look(queue, mp__token(), 0, &room, &claim);
}

static void tell(mp_queue_t *queue)
{
    pass_over_lost(queue);
    mp__turn_next(&queue->items, INT_MAX);
    mp__turn_next(&queue->space, INT_MAX);
}

static bool repair_locked(mp_queue_t *queue, const mp__claim_t *claim)
{
    uint64_t before = a_lap_ago(claim->position);

    return mp__chain_has_locked(queue, claim->ring) &&
           (repair_put(queue, claim->ring, claim->position) ||
            repair_put(queue, claim->ring, before) ||
            repair_got(queue, claim->ring, before));
}

// Others are asked for before the lock is taken: it is held for moments.
static bool may_be_dead(const mp_queue_t *queue, const mp__claim_t *claim)
{
    uint32_t at = (uint32_t) claim->position;

    return at < queue->count &&
           (is_dead(put_at(queue, claim->ring, at)) ||
            is_dead(atomic_load(&mp__ring_gets(queue, claim->ring)[at])));
}

bool mp__queue_repair(mp_queue_t *queue, const mp__claim_t *claim)
{
    if (!may_be_dead(queue, claim) || mp__queue_lock(queue) < 0) {
        return false;
    }
    bool repaired = repair_locked(queue, claim);
    mp__queue_unlock(queue);
    if (repaired) {
        tell(queue);
    }
    return repaired;
}

// ---- all of it ----

// A claim behind whose lap something is there already was done: the place has
// been inside of a longer one since.
static bool repair_puts_locked(mp_queue_t *queue, mp__ring_t *ring)
{
    bool repaired = false;

    for (uint32_t i = 0; i < queue->count; i++) {
        uint64_t put = put_at(queue, ring, i);
        uint64_t there = atomic_load(&mp__ring_place(queue, ring, i)->there);
        if (mp__claim_token(put) != 0 &&
            mp__laps_ahead(there, (uint32_t) put) < 0) {
            repaired |= repair_put(queue, ring, position_of(put, i));
        }
    }
    return repaired;
}

bool mp__queue_repair_all(mp_queue_t *queue)
{
    bool repaired = false;

    if (mp__queue_lock(queue) < 0) {
        return false;
    }
    for (mp__ring_t *ring = mp__ring_of(mp__queue_first(queue)); ring != NULL;
         ring = mp__ring_of(mp__ring_next(ring))) {
        repaired |= repair_puts_locked(queue, ring);
        repaired |= repair_gets_locked(queue, ring);
    }
    mp__queue_unlock(queue);
    if (repaired) {
        tell(queue);
    }
    return repaired;
}

// ---- messages that are there again ----

// Whether it is, and who gets has been past its place.
static bool is_behind(const mp_queue_t *queue, mp__claim_t *claim, uint32_t at,
                      uint64_t front)
{
    uint32_t lap = mp__lap_of(front) + (at < (uint32_t) front ? 1 : 0);
    uint64_t there =
        atomic_load(&mp__ring_place(queue, claim->ring, at)->there);

    claim->word = atomic_load(&mp__ring_gets(queue, claim->ring)[at]);
    claim->position =
        (uint64_t) (lap + (uint32_t) mp__laps_ahead(there, lap)) << 32 | at;
    return !mp__there_is(there, MP__VOID) && mp__laps_ahead(there, lap) < 0 &&
           mp__laps_ahead(claim->word, (uint32_t) there) < 0;
}

// Some may be another's by now, who still stood there.
static mp__found_t claim_in_ring(const mp_queue_t *queue, uint32_t token,
                                 size_t *room, mp__claim_t *claim)
{
    uint64_t front = mp__ring_front(queue, claim->ring);

    for (uint32_t i = 0; i < queue->count; i++) {
        if (!is_behind(queue, claim, i, front)) {
            continue;
        }
        claim->place = mp__ring_place(queue, claim->ring, i);
        if (mp__place_size(claim->place) > *room) {
            *room = mp__place_size(claim->place);
            return MP__FOUND_TOO_LONG;
        }
        claim->run = 1;
        claim->is_long = mp__there_is(mp__place_word(claim->place), MP__LONG);
        uint64_t mine = mp__claim_word(token, 1, mp__lap_of(claim->position));
        if (atomic_compare_exchange_strong(
                &mp__ring_gets(queue, claim->ring)[i], &claim->word, mine)) {
            claim->word = mine;
            return MP__FOUND_CLAIMED;
        }
    }
    return MP__FOUND_NONE;
}

// With the lock none is put back meanwhile, so one look tells that there are no
// more.
mp__found_t mp__queue_claim_returned(mp_queue_t *queue, uint32_t token,
                                     size_t *room, mp__claim_t *claim)
{
    mp__found_t found = MP__FOUND_NONE;

    if (mp__queue_lock(queue) < 0) {
        return found;
    }
    claim->which = mp__queue_first(queue);
    while (claim->which != 0) {
        claim->ring = mp__ring_of(claim->which);
        found = claim_in_ring(queue, token, room, claim);
        if (found != MP__FOUND_NONE) {
            break;
        }
        claim->which = mp__ring_next(claim->ring);
    }
    if (found == MP__FOUND_NONE) {
        atomic_store(&queue->returned, 0);
    }
    mp__queue_unlock(queue);
    return found;
}
