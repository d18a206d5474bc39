// SPDX-License-Identifier: Apache-2.0
// Values in queues.
#include "core/queue.h"

#include <multiprocessing/system.h>

#include "core/any.h"
#include "core/pickle.h"
#include "platform/fail.h"

static mp__route_t *route_of(const mp_queue_t *queue)
{
    return (mp__route_t *) (void *) mp__object_companion(&queue->head.head);
}

int mp_queue_put(mp_queue_t *queue, const mp_any_t *value, int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp__queue_check(queue);
    if (r == 0 && value == NULL) {
        r = mp__any_no_value();
    }
    if (r < 0) {
        return r;
    }
    mp__transits_t transits = {.route = route_of(queue)};
    r = mp__pickle_write(&bytes, &size, value, NULL, &transits);
    if (r == 0) {
        r = mp_queue_put_bytes(queue, bytes, size, timeout_ms);
        mp_free(bytes);
    }
    mp__transits_finish(&transits, r == 0);
    return r;
}

// It is read where it lies.
int mp_queue_get(mp_queue_t *queue, mp_any_t **out, int64_t timeout_ms)
{
    mp_queue_message_t message;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the value");
    }
    *out = NULL;
    int r = mp_queue_peek(queue, &message, timeout_ms);
    if (r == 0) {
        r = mp__pickle_read(out, message.bytes, message.size, NULL, true);
        (void) mp_queue_release(queue, &message);
    }
    return r;
}
