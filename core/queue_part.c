// SPDX-License-Identifier: Apache-2.0
// What belongs to a queue: rings and long messages. The process that made such
// a part may have died long ago, and its memory is looked through for what is
// to be freed; so a part says whose it is, and the queue says whether it is so.
#include "core/queue.h"

#include "core/cells.h"
#include "core/pages.h"
#include "platform/fail.h"

// ---- making and freeing ----

int mp__part_new(mp__part_t **out, const mp_queue_t *queue, size_t size)
{
    mp__part_t *part = NULL;

    *out = NULL;
    if (size > SIZE_MAX / 2) {
        return mp__fail(MP_ENOSPC, 0, "no memory is that large");
    }
    int r = mp__object_new(&part, sizeof(*part) + size);
    if (r < 0) {
        return r;
    }
    part->queue = mp__link(&queue->head.head);
    part->queue_generation = atomic_load(&queue->head.head.generation);
    part->place = 0;
    *out = part;
    return 0;
}

// The place says first where its part is: until the part is the queue's, that
// says nothing, and the part goes with this process.
void mp__part_give(mp__part_t *part, mp__place_t *place)
{
    if (place != NULL) {
        mp__part_link_t link = {mp__link(&part->head),
                                atomic_load(&part->head.generation)};
        part->place = mp__offset_of(place);
        *(mp__part_link_t *) (void *) place->bytes = link;
    }
    mp__object_made(&part->head, MP__TYPE_PART);
}

void mp__part_drop(mp__part_t *part)
{
    if (!mp__object_is_block(&part->head)) {
        mp__cell_free(&part->head);
        return;
    }
    mp__heap_lock();
    mp__object_free_locked(&part->head);
    mp__heap_unlock();
}

// ---- of a place ----

static const mp__part_link_t *link_of(const mp__place_t *place)
{
    return (const mp__part_link_t *) (const void *) place->bytes;
}

mp__part_t *mp__part_of(const mp__place_t *place)
{
    return mp__linked(link_of(place)->part);
}

// Of a place whose owner died. The place may have no part, or not yet, or the
// part may be freed already: then its bytes name none that names the place.
static mp__part_t *find_locked(const mp__place_t *place)
{
    mp__part_t *part = mp__part_of(place);

    if (!mp__arena_has(part, sizeof(*part)) ||
        !mp__object_at_locked(&part->head) ||
        !mp__object_is(&part->head, MP__TYPE_PART) ||
        atomic_load(&part->head.generation) != link_of(place)->generation ||
        part->place != mp__offset_of(place)) {
        return NULL;
    }
    return part;
}

bool mp__part_is_there_locked(const mp__place_t *place)
{
    return find_locked(place) != NULL;
}

void mp__part_free_locked(mp__place_t *place)
{
    mp__part_t *part = find_locked(place);

    if (part != NULL) {
        mp__object_free_locked(&part->head);
    }
}

// ---- whether it is kept ----

static mp_queue_t *queue_of(const mp__part_t *part)
{
    mp__object_t *queue = mp__linked(part->queue);

    return mp__arena_has(queue, sizeof(mp_queue_t)) &&
                   mp__object_at_locked(queue) &&
                   mp__object_is(queue, MP__TYPE_QUEUE) &&
                   atomic_load(&queue->generation) == part->queue_generation
               ? (mp_queue_t *) (void *) queue
               : NULL;
}

static bool is_ring_of(const mp_queue_t *queue, const mp__part_t *part)
{
    const mp__ring_t *ring = (const mp__ring_t *) (const void *) part;

    return mp__ring_of(atomic_load(&queue->freeing)) == ring ||
           mp__chain_has_locked(queue, ring);
}

// The ring in which this is a place of the queue's, and which one it is.
static mp__ring_t *ring_of_place(const mp_queue_t *queue, uint64_t place,
                                 uint32_t *at)
{
    uint64_t size = (uint64_t) queue->count * queue->stride;

    for (mp__ring_t *ring = mp__ring_of(mp__queue_first(queue)); ring != NULL;
         ring = mp__ring_of(mp__ring_next(ring))) {
        uint64_t first = mp__offset_of(mp__ring_place(queue, ring, 0));
        if (place >= first && place < first + size) {
            *at = (uint32_t) ((place - first) / queue->stride);
            return (place - first) % queue->stride == 0 ? ring : NULL;
        }
    }
    return NULL;
}

// Who was killed before he said that it is there has lost it; who gets it, or
// has died meanwhile, has it until the place is repaired.
static bool has_message(const mp_queue_t *queue, const mp__part_t *part)
{
    uint32_t at = 0;
    const mp__ring_t *ring = ring_of_place(queue, part->place, &at);

    if (ring == NULL) {
        return false;
    }
    mp__place_t *place = mp__ring_place(queue, ring, at);
    uint64_t put = atomic_load(&mp__ring_puts(ring)[at]);
    uint64_t got = atomic_load(&mp__ring_gets(queue, ring)[at]);
    uint64_t there = atomic_load(&place->there);
    if (find_locked(place) != part) {
        return false;
    }
    if (mp__laps_ahead(got, (uint32_t) there) >= 0 &&
        mp__claim_token(got) == 0) { // the last message is got: it is a new one
        return mp__claim_token(put) != 0 &&
               !mp__member_dead(mp__claim_token(put), false);
    }
    return true;
}

bool mp__part_is_kept_locked(const mp__part_t *part)
{
    const mp_queue_t *queue = queue_of(part);

    if (queue == NULL) {
        return false;
    }
    return part->place == 0 ? is_ring_of(queue, part)
                            : has_message(queue, part);
}

// ---- the end of a queue ----

static void empty_ring_locked(const mp_queue_t *queue, mp__ring_t *ring)
{
    for (uint32_t i = 0; i < queue->count; i++) {
        mp__part_free_locked(mp__ring_place(queue, ring, i));
    }
}

// Where it lay may lie a message by now.
bool mp__ring_is_left_locked(const mp_queue_t *queue, const mp__ring_t *ring)
{
    return ring != NULL && mp__object_at_locked(&ring->part.head) &&
           mp__object_is(&ring->part.head, MP__TYPE_PART) &&
           ring->part.queue == mp__link(&queue->head.head) &&
           ring->part.place == 0 && !mp__chain_has_locked(queue, ring);
}

// As often as it takes: a ring leaves the chain when it is empty, and is noted
// until it is freed.
void mp__queue_free_locked(mp__object_t *object)
{
    mp_queue_t *queue = (mp_queue_t *) (void *) object;
    mp__ring_t *ring = mp__ring_of(atomic_load(&queue->freeing));

    if (mp__ring_is_left_locked(queue, ring)) {
        mp__ring_free_locked(queue, ring);
    }
    for (ring = mp__ring_of(mp__queue_first(queue)); ring != NULL;
         ring = mp__ring_of(mp__queue_first(queue))) {
        empty_ring_locked(queue, ring);
        atomic_store(&queue->freeing, mp__ring_word(ring));
        atomic_store(&queue->first, atomic_load(&ring->next));
        mp__ring_free_locked(queue, ring);
        atomic_store(&queue->freeing, 0);
    }
}
