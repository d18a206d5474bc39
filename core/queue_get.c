// SPDX-License-Identifier: Apache-2.0
// Bytes out of places.
#include "core/queue_fast.h"

#include <stdlib.h>

#include "platform/fail.h"

#define FIRST_GUESS 240 // bytes of a message that nobody has looked at

static int no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the message");
}

static MP__SLOW int get_slow(mp_queue_t *queue, void *buffer, size_t capacity,
                             size_t *size, mp__until_t *until)
{
    mp__claim_t claim;
    size_t room = capacity;

    int r = mp__queue_claim_messages(queue, 1, &room, &claim, until);
    if (r == 0) {
        *size = mp__place_size(claim.place);
        mp__copy_message(
            buffer,
            mp__place_bytes(queue, claim.ring, claim.position, claim.place),
            *size);
        mp__queue_give_back(queue, &claim);
    } else {
        *size = r == MP_EMSGSIZE ? room : 0;
    }
    return r;
}

static bool is_there(const mp__place_t *place, uint64_t position)
{
    return mp__is_of_lap(
        atomic_load_explicit(&place->there, memory_order_relaxed),
        mp__lap_of(position));
}

static mp__rush_t rush;

static bool stand_aside(const mp_queue_t *queue, const mp__ring_t *ring,
                        const mp__place_t *place, uint64_t front)
{
    if (!mp__rush_is_on(&rush)) {
        return false;
    }
    mp__pause_aside();
    if (!is_there(place, front)) {
        return false;
    }
    uint64_t next = mp__position_after(queue, front);
    if (!is_there(mp__ring_place(queue, ring, next), next)) {
        mp__rush_end(&rush);
    }
    return true;
}

// For as long as one waits without sleeping: whether the next message is there.
static bool watch(const mp_queue_t *queue)
{
    const mp__ring_t *ring = mp__ring_at(mp__queue_first(queue));
    uint64_t front = atomic_load_explicit(&ring->front, memory_order_relaxed);
    mp__pause_t pause = MP__PAUSE_NEW;

    if ((uint32_t) front >= queue->count) {
        return false;
    }
    const mp__place_t *place = mp__ring_place(queue, ring, front);
    if (stand_aside(queue, ring, place, front)) {
        return true;
    }
    while (mp__pause_long(&pause)) {
        if (is_there(place, front)) {
            mp__rush_note(&rush, &pause);
            mp__pause_found(&pause);
            return true;
        }
    }
    return false;
}

// Nothing but the next message is to be looked at.
static bool may_be_fast(const mp_queue_t *queue)
{
    return !queue->joinable && !queue->is_limited &&
           (atomic_load_explicit(&queue->state, memory_order_relaxed) |
            atomic_load_explicit(&queue->returned, memory_order_relaxed)) == 0;
}

static int get_bytes(mp_queue_t *queue, void *buffer, size_t capacity,
                     size_t *size, mp__until_t *until)
{
    mp__claim_t claim;
    size_t room = capacity < queue->room ? capacity : queue->room;
    uint32_t token = mp__token();

    if (!may_be_fast(queue) ||
        (!mp__claim_full_fast(queue, token, room, &claim) &&
         (until->timeout_ms == 0 || !watch(queue) ||
          !mp__claim_full_fast(queue, token, room, &claim)))) {
        return get_slow(queue, buffer, capacity, size, until);
    }
    *size = mp__place_size(claim.place);
    mp__copy_message(buffer, claim.place->bytes, *size);
    mp__claim_free(queue, &claim);
    return 0;
}

int mp_queue_get_bytes(mp_queue_t *queue, void *buffer, size_t capacity,
                       size_t *size, int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);

    if (size == NULL || (buffer == NULL && capacity > 0)) {
        return no_place();
    }
    int r = mp__queue_check(queue);
    return r < 0 ? r : get_bytes(queue, buffer, capacity, size, &until);
}

// Messages of one size that lie `step` bytes apart.
static void copy_side_by_side(unsigned char *to, const unsigned char *from,
                              size_t step, size_t size, uint32_t count)
{
    if (size == 0) {
        return; // there may be no buffer
    }
    if (count == 1 || size == step) {
        mp__copy_message(to, from, count * size);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        mp__copy_message(to + i * size, from + i * step, size);
    }
}

static void copy_run(const mp_queue_t *queue, const mp__claim_t *claim,
                     unsigned char *buffer, size_t *sizes)
{
    uint64_t position = claim->position;
    mp__place_t *place = claim->place;

    for (uint32_t left = claim->run; left > 0;) {
        uint32_t count = mp__place_count(place, left);
        size_t size = mp__place_size(place);
        copy_side_by_side(buffer,
                          mp__place_bytes(queue, claim->ring, position, place),
                          queue->row, size, count);
        if (size > 0) {
            buffer += count * size;
        }
        for (uint32_t i = 0; i < count; i++) {
            *sizes++ = size;
        }
        place = mp__place_skip(queue, claim->ring, place, &position, count);
        left -= count;
    }
}

int mp_queue_get_many(mp_queue_t *queue, void *buffer, size_t capacity,
                      size_t *sizes, size_t count, size_t *done,
                      int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    mp__claim_t claim;
    size_t room = capacity;

    if (done == NULL || sizes == NULL || count == 0 ||
        (buffer == NULL && capacity > 0)) {
        return no_place();
    }
    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    *done = 0;
    r = mp__queue_claim_messages(
        queue, count < MP__RUN_MOST ? (uint32_t) count : MP__RUN_MOST, &room,
        &claim, &until);
    if (r == 0) {
        copy_run(queue, &claim, buffer, sizes);
        *done = claim.run;
        mp__queue_give_back(queue, &claim);
    } else if (r == MP_EMSGSIZE) {
        sizes[0] = room;
    }
    return r;
}

// The memory is there before the message is taken; the next one may be longer
// by then.
int mp_queue_get_alloc(mp_queue_t *queue, void **bytes, size_t *size,
                       int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    char *made = NULL;
    size_t room = FIRST_GUESS;

    if (bytes == NULL || size == NULL) {
        return no_place();
    }
    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    *bytes = NULL;
    do {
        char *more = realloc(made, room + 1);
        if (more == NULL) {
            free(made);
            return mp__fail(MP_ENOMEM, 0, "a message of %zu bytes", room);
        }
        made = more;
        r = get_bytes(queue, made, room, size, &until);
        room = *size;
    } while (r == MP_EMSGSIZE);
    if (r < 0) {
        free(made);
        return r;
    }
    made[*size] = 0;
    *bytes = made;
    return 0;
}
