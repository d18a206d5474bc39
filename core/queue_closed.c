// SPDX-License-Identifier: Apache-2.0
// Which queues this process has closed: that is its own affair, so it is noted
// here and not in the queue.
#include "core/queue.h"

#include <stdlib.h>

#include "platform/fail.h"
#include "platform/platform.h"

typedef struct closed {
    const mp_queue_t *queue;
    uint32_t generation; // of what lay there
} closed_t;

static closed_t *row;
static size_t count;
static size_t room;
static atomic_bool any; // so that nobody else takes the lock

static bool is_of(const closed_t *entry, const mp_queue_t *queue)
{
    return entry->queue == queue &&
           entry->generation == atomic_load(&queue->head.head.generation);
}

static bool has_locked(const mp_queue_t *queue)
{
    for (size_t i = 0; i < count; i++) {
        if (is_of(&row[i], queue)) {
            return true;
        }
    }
    return false;
}

// Those that are gone make room first.
static void forget_locked(void)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (mp__object_is(&row[i].queue->head.head, MP__TYPE_QUEUE) &&
            is_of(&row[i], row[i].queue)) {
            row[kept++] = row[i];
        }
    }
    count = kept;
}

static int add_locked(const mp_queue_t *queue)
{
    if (count == room) {
        forget_locked();
    }
    if (count == room) {
        closed_t *more = realloc(row, (room * 2 + 8) * sizeof(*row));
        if (more == NULL) {
            return mp__fail(MP_ENOMEM, 0, "the queues that were closed");
        }
        row = more;
        room = room * 2 + 8;
    }
    row[count++] = (closed_t){queue, atomic_load(&queue->head.head.generation)};
    atomic_store(&any, true);
    return 0;
}

static bool is_closed_here(const mp_queue_t *queue)
{
    if (!atomic_load_explicit(&any, memory_order_relaxed)) {
        return false;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool closed = has_locked(queue);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return closed;
}

int mp__queue_is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the queue is NULL");
}

int mp__queue_check(const mp_queue_t *queue)
{
    if (queue == NULL) {
        return mp__queue_is_null();
    }
    return is_closed_here(queue)
               ? mp__fail(MP_ESTATE, 0, "this process has closed the queue")
               : 0;
}

int mp_queue_close(mp_queue_t *queue)
{
    if (queue == NULL) {
        return mp__queue_is_null();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int r = has_locked(queue) ? 0 : add_locked(queue);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (r == 0 && mp__queue_may_have_handle()) {
        mp__queue_handle_closed(queue);
    }
    return r;
}

int mp_queue_join_thread(mp_queue_t *queue)
{
    if (queue == NULL) {
        return mp__queue_is_null();
    }
    return is_closed_here(queue)
               ? 0
               : mp__fail(MP_ESTATE, 0,
                          "close the queue before its thread is joined");
}

int mp_queue_cancel_join_thread(mp_queue_t *queue)
{
    return queue == NULL ? mp__queue_is_null() : 0;
}
