// SPDX-License-Identifier: Apache-2.0
// Messages in place: written before they have a place in the queue, and read
// where they lie.
#include "core/queue.h"

#include "platform/fail.h"

static int check_message(const mp_queue_message_t *message)
{
    return message == NULL ? mp__fail(MP_EINVAL, 0, "no place for the message")
                           : 0;
}

int mp_queue_reserve(mp_queue_t *queue, mp_queue_message_t *message,
                     size_t size)
{
    mp__part_t *part = NULL;

    int r = mp__queue_check(queue);
    if (r == 0) {
        r = check_message(message);
    }
    if (r == 0) {
        r = mp__part_new(&part, queue, size);
    }
    if (r == 0) {
        *message = (mp_queue_message_t){
            mp__part_bytes(part), size, {mp__offset_of(part), size}};
    }
    return r;
}

static int no_reservation(void)
{
    return mp__fail(MP_EINVAL, 0, "no such message was reserved");
}

// Of this queue, and this process: a forked child's parent has it still.
static mp__part_t *reserved(const mp_queue_t *queue,
                            const mp_queue_message_t *message)
{
    if (message == NULL || message->inside[0] == 0 ||
        message->inside[0] >= mp__memory.size) {
        return NULL;
    }
    mp__part_t *part = mp__at(message->inside[0]);
    bool mine =
        mp__object_is(&part->head, MP__TYPE_RESERVED) &&
        mp__owner_of(atomic_load(&part->head.state)) == mp__process_token() &&
        part->queue == mp__link(&queue->head.head);
    return mine && message->size <= message->inside[1] ? part : NULL;
}

int mp_queue_commit(mp_queue_t *queue, mp_queue_message_t *message,
                    int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);

    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    mp__part_t *part = reserved(queue, message);
    if (part == NULL) {
        return no_reservation();
    }
    r = mp__queue_commit(queue, part, message->size, &until);
    if (r == 0) {
        message->inside[0] = 0;
    }
    return r;
}

void mp_queue_cancel(mp_queue_t *queue, mp_queue_message_t *message)
{
    mp__part_t *part = queue == NULL ? NULL : reserved(queue, message);

    if (part != NULL) {
        mp__part_drop(part);
        message->inside[0] = 0;
    }
}

int mp_queue_peek(mp_queue_t *queue, mp_queue_message_t *message,
                  int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    mp__claim_t claim;
    size_t room = SIZE_MAX;

    int r = mp__queue_check(queue);
    if (r == 0) {
        r = check_message(message);
    }
    if (r == 0) {
        r = mp__queue_claim_messages(queue, 1, &room, &claim, &until);
    }
    if (r == 0) {
        *message = (mp_queue_message_t){
            mp__place_bytes(queue, claim.ring, claim.position, claim.place),
            mp__place_size(claim.place),
            {mp__ring_word(claim.ring), claim.position}};
    }
    return r;
}

static int not_peeked(void)
{
    return mp__fail(MP_EINVAL, 0, "that message was not peeked at here");
}

// Whether it says a place of a ring of this queue's.
static bool is_place(const mp_queue_t *queue, const mp_queue_message_t *message)
{
    const mp__ring_t *ring = mp__ring_at(message->inside[0]);

    return (uint32_t) message->inside[0] != 0 &&
           mp__arena_has(ring, sizeof(*ring)) &&
           mp__ring_is(ring, message->inside[0]) &&
           ring->part.queue == mp__link(&queue->head.head) &&
           (uint32_t) message->inside[1] < queue->count;
}

int mp_queue_release(mp_queue_t *queue, mp_queue_message_t *message)
{
    mp__claim_t claim = {.run = 1};

    if (queue == NULL || message == NULL || !is_place(queue, message)) {
        return not_peeked();
    }
    claim.which = message->inside[0];
    claim.ring = mp__ring_at(claim.which);
    claim.position = message->inside[1];
    claim.place = mp__ring_place(queue, claim.ring, claim.position);
    claim.word = atomic_load(
        &mp__ring_gets(queue, claim.ring)[(uint32_t) claim.position]);
    if (mp__token() == 0 || mp__claim_token(claim.word) != mp__token() ||
        !mp__is_of_lap(claim.word, mp__lap_of(claim.position))) {
        return not_peeked();
    }
    claim.is_long = mp__there_is(mp__place_word(claim.place), MP__LONG);
    message->inside[0] = 0;
    mp__queue_give_back(queue, &claim);
    return 0;
}
