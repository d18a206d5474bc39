// SPDX-License-Identifier: Apache-2.0
// The limit of a queue's bytes. They are counted before a message has its
// place, and no more once it is got. What a process that dies has counted
// stays, until the queue is seen to be empty.
#include "core/queue.h"

#include "platform/fail.h"

int mp__bytes_take(mp_queue_t *queue, uint64_t size)
{
    uint64_t seen = atomic_load(&queue->bytes);

    if (size > queue->max_bytes) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the queue has messages of up to %llu bytes",
                        (unsigned long long) queue->max_bytes);
    }
    do {
        if (seen > queue->max_bytes - size) {
            return queue->fails
                       ? mp__fail(MP_ENOSPC, 0, "the queue has its %llu bytes",
                                  (unsigned long long) queue->max_bytes)
                       : MP_EFULL;
        }
    } while (!atomic_compare_exchange_weak(&queue->bytes, &seen, seen + size));
    return 0;
}

// Never below 0, where it was set to that in the meantime.
void mp__bytes_give(mp_queue_t *queue, uint64_t size)
{
    uint64_t seen = atomic_load(&queue->bytes);

    while (!atomic_compare_exchange_weak(&queue->bytes, &seen,
                                         seen < size ? 0 : seen - size)) {
    }
}

void mp__bytes_got(mp_queue_t *queue, const mp__claim_t *claim)
{
    uint64_t position = claim->position;
    mp__place_t *place = claim->place;
    uint64_t size = 0;

    for (uint32_t i = 0; i < claim->run; i++) {
        size += mp__place_size(place);
        place = mp__place_after(queue, claim->ring, place, &position);
    }
    mp__bytes_give(queue, size);
}

static bool is_quiet(mp_queue_t *queue)
{
    bool quiet = false;

    (void) mp__queue_repair_all(queue);
    if (mp_queue_qsize(queue) == 0 && mp__queue_lock(queue) == 0) {
        quiet = !mp__queue_is_any_got_locked(queue);
        mp__queue_unlock(queue);
    }
    return quiet;
}

// One that is counted and has no place yet may be among them: then there is
// room for so much more, once.
bool mp__bytes_forget(mp_queue_t *queue)
{
    uint64_t seen = atomic_load(&queue->bytes);

    return seen != 0 && is_quiet(queue) &&
           atomic_compare_exchange_strong(&queue->bytes, &seen, 0);
}
