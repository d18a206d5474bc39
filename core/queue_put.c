// SPDX-License-Identifier: Apache-2.0
// Bytes into places.
#include "core/queue_fast.h"

#include <string.h>

#include "platform/fail.h"

static int no_bytes(size_t size)
{
    return mp__fail(MP_EINVAL, 0, "%zu bytes at NULL", size);
}

int mp__queue_commit(mp_queue_t *queue, mp__part_t *part, size_t size,
                     mp__until_t *until)
{
    mp__claim_t claim;

    int r = mp__queue_claim_places(queue, 1, size, &claim, until);
    if (r == 0) {
        mp__part_give(part, claim.place);
        mp__claim_publish(
            queue, &claim,
            mp__there_word(size, MP__LONG, mp__lap_of(claim.position)));
    }
    return r;
}

// It is written before it has a place, so it is in nobody's way however long
// that takes.
static MP__SLOW int put_long(mp_queue_t *queue, const void *bytes, size_t size,
                             mp__until_t *until)
{
    mp__part_t *part = NULL;

    int r = mp__part_new(&part, queue, size);
    if (r < 0) {
        return r;
    }
    memcpy(mp__part_bytes(part), bytes, size);
    r = mp__queue_commit(queue, part, size, until);
    if (r < 0) {
        mp__part_drop(part);
    }
    return r;
}

int mp_queue_put_bytes(mp_queue_t *queue, const void *bytes, size_t size,
                       int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    mp__claim_t claim;

    if (bytes == NULL && size != 0) {
        return no_bytes(size);
    }
    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    if (size > queue->room) {
        return put_long(queue, bytes, size, &until);
    }
    if (queue->is_limited || !mp__claim_free_fast(queue, mp__token(), &claim)) {
        r = mp__queue_claim_places(queue, 1, size, &claim, &until);
    }
    if (r == 0) {
        mp__copy_message(claim.place->bytes, bytes, size);
        mp__claim_publish(queue, &claim,
                          mp__there_word(size, 0, mp__lap_of(claim.position)));
    }
    return r;
}

// ---- rows ----

// How many of the row lie in places; or an error.
static int short_ones(const mp_queue_t *queue, const mp_queue_bytes_t *messages,
                      size_t count)
{
    int most = queue->is_limited ? 1 : MP_QUEUE_BATCH;
    int run = 0;

    for (; (size_t) run < count && run < most; run++) {
        const mp_queue_bytes_t *one = &messages[run];
        if (one->size > queue->room) {
            break;
        }
        if (one->bytes == NULL && one->size != 0) {
            return run > 0 ? run : no_bytes(one->size);
        }
    }
    return run;
}

static int put_run(mp_queue_t *queue, const mp_queue_bytes_t *messages,
                   uint32_t run, uint32_t *done, mp__until_t *until)
{
    mp__claim_t claim;

    int r = mp__queue_claim_places(queue, run, messages[0].size, &claim, until);
    if (r < 0) {
        return r;
    }
    uint64_t position = claim.position;
    mp__place_t *place = claim.place;
    mp__copy_message(place->bytes, messages[0].bytes, messages[0].size);
    for (uint32_t i = 1; i < claim.run; i++) {
        place = mp__place_after(queue, claim.ring, place, &position);
        mp__copy_message(place->bytes, messages[i].bytes, messages[i].size);
        atomic_store_explicit(
            &place->there,
            mp__there_word(messages[i].size, 0, mp__lap_of(position)),
            memory_order_release);
    }
    *done = claim.run;
    mp__claim_publish(
        queue, &claim,
        mp__there_word(messages[0].size, 0, mp__lap_of(claim.position)));
    return 0;
}

static int put_some(mp_queue_t *queue, const mp_queue_bytes_t *messages,
                    size_t count, uint32_t *done, mp__until_t *until)
{
    int run = short_ones(queue, messages, count);

    if (run != 0) {
        return run < 0 ? run
                       : put_run(queue, messages, (uint32_t) run, done, until);
    }
    int r = messages->bytes == NULL
                ? no_bytes(messages->size)
                : put_long(queue, messages->bytes, messages->size, until);
    *done = r == 0 ? 1 : 0;
    return r;
}

int mp_queue_put_many(mp_queue_t *queue, const mp_queue_bytes_t *messages,
                      size_t count, size_t *done, int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    size_t put = 0;

    if (done != NULL) {
        *done = 0;
    }
    if (messages == NULL && count > 0) {
        return mp__fail(MP_EINVAL, 0, "%zu messages at NULL", count);
    }
    int r = mp__queue_check(queue);
    while (r == 0 && put < count) {
        uint32_t more = 0;
        r = put_some(queue, messages + put, count - put, &more, &until);
        put += more;
    }
    if (done != NULL) {
        *done = put;
    }
    return r;
}
