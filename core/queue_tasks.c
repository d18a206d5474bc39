// SPDX-License-Identifier: Apache-2.0
// Tasks of joinable queues. A task is a message until it is got, and then it is
// counted by who got it, in an entry of his own, before the message is gone: so
// at every instant it is in one of the two, and what a dead process has not
// done is known.
#include "core/queue.h"

#include <limits.h>

#include "core/slot.h"
#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

static uint64_t entry(uint32_t token, uint32_t count)
{
    return (uint64_t) token << 32 | count;
}

static uint32_t token_of(uint64_t seen)
{
    return (uint32_t) (seen >> 32);
}

// The entry of this one, or of one that had the slot before and is dead.
void mp__tasks_got(mp_queue_t *queue, uint32_t token, uint32_t count)
{
    _Atomic uint64_t *own = &queue->tasks[mp__token_index(token)];
    uint64_t seen = atomic_load(own);
    uint32_t has = 0;

    do {
        bool mine = token_of(seen) == token;
        has = mine ? (uint32_t) seen : 0;
        if (!mine && (uint32_t) seen != 0) {
            atomic_store(&queue->died, 1);
        }
    } while (
        !atomic_compare_exchange_weak(own, &seen, entry(token, has + count)));
}

void mp__tasks_changed(mp_queue_t *queue)
{
    mp__turn_next(&queue->done, INT_MAX);
}

static bool take_one(_Atomic uint64_t *of)
{
    uint64_t seen = atomic_load(of);

    while ((uint32_t) seen != 0) {
        if (atomic_compare_exchange_weak(of, &seen, seen - 1)) {
            return true;
        }
    }
    return false;
}

void mp__tasks_returned(mp_queue_t *queue, uint32_t token)
{
    _Atomic uint64_t *own = &queue->tasks[mp__token_index(token)];

    if (queue->joinable && token_of(atomic_load(own)) == token) {
        (void) take_one(own);
        mp__tasks_changed(queue);
    }
}

void mp__tasks_died(mp_queue_t *queue)
{
    if (queue->joinable) {
        atomic_store(&queue->died, 1);
        mp__tasks_changed(queue);
    }
}

// ---- done ----

static bool take_from_any(mp_queue_t *queue)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        if (take_one(&queue->tasks[i])) {
            return true;
        }
    }
    return false;
}

static int check(const mp_queue_t *queue)
{
    if (queue == NULL) {
        return mp__queue_is_null();
    }
    if (!queue->joinable) {
        return mp__fail(MP_ESTATE, 0, "the queue does not count tasks");
    }
    return mp__token() == 0 ? mp__fail_last()->code : 0;
}

int mp_queue_task_done(mp_queue_t *queue)
{
    int r = check(queue);

    if (r < 0) {
        return r;
    }
    _Atomic uint64_t *own = &queue->tasks[mp__token_index(mp__token())];
    bool mine = token_of(atomic_load(own)) == mp__token();
    if (!(mine && take_one(own)) && !take_from_any(queue)) {
        return mp__fail(MP_EINVAL, 0, "more tasks are done than were got");
    }
    mp__tasks_changed(queue);
    return 0;
}

// ---- joining ----

// With `look`, what the dead have not done counts no more.
static uint64_t count_taken(mp_queue_t *queue, bool look)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);
    uint64_t count = 0;

    for (uint32_t i = 0; i < used; i++) {
        uint64_t seen = atomic_load(&queue->tasks[i]);
        if ((uint32_t) seen == 0) {
            continue;
        }
        if (look && mp__member_dead(token_of(seen), true)) {
            atomic_store(&queue->died, 1); // before nothing else tells of it
            if (atomic_compare_exchange_strong(&queue->tasks[i], &seen, 0)) {
                continue;
            }
        }
        count += (uint32_t) seen;
    }
    return count;
}

// In a circle, but for that long nobody looks.
static uint64_t tail_of(const mp_queue_t *queue)
{
    mp__claim_t claim = {.ring = mp__ring_at(mp__queue_last(queue))};

    (void) mp__ring_tail(queue, &claim);
    return claim.position ^ mp__ring_word(claim.ring) << 16;
}

// Messages that somebody is getting count until he has let go of them: before,
// he counts them as his.
bool mp__queue_is_any_got_locked(const mp_queue_t *queue)
{
    for (const mp__ring_t *ring = mp__ring_of(mp__queue_first(queue));
         ring != NULL; ring = mp__ring_of(mp__ring_next(ring))) {
        for (uint32_t i = 0; i < queue->count; i++) {
            uint64_t got = atomic_load(&mp__ring_gets(queue, ring)[i]);
            if (mp__claim_token(got) != 0) {
                return true;
            }
        }
    }
    return false;
}

static bool is_any_left(const mp_queue_t *queue)
{
    return atomic_load(&queue->state) != MP__QUEUE_DROPPED &&
           (mp_queue_qsize(queue) != 0 || mp__queue_is_any_got_locked(queue) ||
            mp_queue_qsize(queue) != 0);
}

// If nobody put while it was looked, and there was no message first, tasks only
// became fewer, so at the end there was none. With the lock, as no ring leaves.
static bool is_all_done_locked(mp_queue_t *queue, bool look)
{
    uint64_t tail = tail_of(queue);

    return !is_any_left(queue) && count_taken(queue, look) == 0 &&
           tail_of(queue) == tail;
}

// With `look`, what the dead were putting or getting counts no more, either.
static bool is_all_done(mp_queue_t *queue, bool look)
{
    if (look) {
        (void) mp__queue_repair_all(queue);
    }
    if (mp__queue_lock(queue) < 0) {
        return false;
    }
    bool done = is_all_done_locked(queue, look);
    mp__queue_unlock(queue);
    return done;
}

static int finish(mp_queue_t *queue)
{
    return atomic_exchange(&queue->died, 0) != 0 ? MP_OWNERDIED : 0;
}

int mp_queue_join(mp_queue_t *queue, int64_t timeout_ms)
{
    int64_t deadline = mp__deadline(timeout_ms);
    mp__nap_t nap = MP__NAP_NEW;
    bool look = false;

    int r = check(queue);
    if (r < 0) {
        return r;
    }
    for (;;) {
        uint32_t seen = mp__turn_announce(&queue->done);
        if (is_all_done(queue, look)) {
            return finish(queue);
        }
        bool over = mp_plat_now() >= deadline;
        if (over && (look || !mp__look_due(mp__link(&queue->head.head)))) {
            return mp__fail(MP_ETIMEDOUT, 0, "tasks are not done");
        }
        look = over || mp__turn_sleep(&queue->done, seen, &nap, deadline);
    }
}

size_t mp_queue_unfinished(const mp_queue_t *queue)
{
    return queue == NULL || !queue->joinable
               ? 0
               : mp_queue_qsize(queue) +
                     count_taken((mp_queue_t *) (uintptr_t) queue, false);
}
