// SPDX-License-Identifier: Apache-2.0
// Bytes into places.
#include "core/queue_fast.h"

#include <string.h>

#include "platform/fail.h"

int mp__queue_no_bytes(size_t size)
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
MP__SLOW int mp__queue_put_long(mp_queue_t *queue, const void *bytes,
                                size_t size, mp__until_t *until)
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
        return mp__queue_no_bytes(size);
    }
    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    if (size > queue->room) {
        return mp__queue_put_long(queue, bytes, size, &until);
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
