// SPDX-License-Identifier: Apache-2.0
#include "core/queue.h"

#include <string.h>

#include "core/options.h"
#include "platform/fail.h"

#define ROOM_DEFAULT 120 // bytes: with its head a place has two cache lines
#define ROOM_MOST ((size_t) 64 << 10)
#define COUNT_UNBOUNDED 256 // places of a ring
#define COUNT_MOST ((size_t) 1 << 24)
#define STRIDE_LEAST ((size_t) 16)
#define ROW_MOST ROOM_DEFAULT // bytes of a message of a row

// ---- making ----

static int check_options(const mp_queue_options_t *options, size_t maxsize)
{
    if (maxsize > COUNT_MOST) {
        return mp__fail(MP_ERANGE, 0, "a queue has up to %zu messages, not %zu",
                        COUNT_MOST, maxsize);
    }
    if (options->message_size > ROOM_MOST) {
        return mp__fail(MP_ERANGE, 0,
                        "a place has room for up to %zu bytes, not %zu",
                        ROOM_MOST, options->message_size);
    }
    return 0;
}

// A place is as large as is a part or a multiple of a cache line.
static size_t stride_for(size_t room)
{
    size_t stride = STRIDE_LEAST;

    while (stride < MP__LINE && stride < MP__PLACE_HEAD + room) {
        stride *= 2;
    }
    return stride < MP__LINE
               ? stride
               : (MP__PLACE_HEAD + room + MP__LINE - 1) / MP__LINE * MP__LINE;
}

static void set_sizes(mp_queue_t *queue, size_t maxsize, size_t message_size)
{
    message_size = message_size == 0 ? ROOM_DEFAULT : message_size;
    size_t stride = stride_for(message_size);
    size_t count = maxsize == 0 ? COUNT_UNBOUNDED : maxsize;
    size_t words = (count * sizeof(uint64_t) + MP__LINE - 1) / MP__LINE;

    queue->stride = (uint32_t) stride;
    queue->room = (uint32_t) (stride - MP__PLACE_HEAD);
    queue->count = (uint32_t) count;
    queue->gets = (uint32_t) (words * MP__LINE);
    queue->places = 2 * queue->gets;
    queue->bounded = maxsize != 0;
    queue->row = (uint32_t) ((message_size + 7) / 8 * 8);
}

static bool has_rows(const mp_queue_t *queue)
{
    return queue->bounded && queue->row <= ROW_MOST && !queue->again &&
           !queue->is_limited;
}

static void fill(mp_queue_t *queue, size_t maxsize,
                 const mp_queue_options_t *options)
{
    const size_t kept = sizeof(queue->head);

    memset((unsigned char *) queue + kept, 0, sizeof(*queue) - kept);
    set_sizes(queue, maxsize, options->message_size);
    queue->joinable = options->joinable;
    queue->again = options->at_least_once;
    queue->ends = options->end_with_others;
    queue->is_limited = options->max_bytes != 0;
    queue->max_bytes = options->max_bytes;
    queue->fails = options->fail_at_max_bytes;
    queue->rows =
        has_rows(queue) ? queue->places + queue->count * queue->stride : 0;
    for (size_t i = 0; queue->joinable && i < MP__SLOTS; i++) {
        atomic_store_explicit(&queue->tasks[i], 0, memory_order_relaxed);
    }
}

// What is held by messages of the queue: as of a connection.
static int pair_with_route(mp_queue_t *queue)
{
    mp__route_t *route = NULL;

    int r = mp__object_new(&route, sizeof(*route));
    if (r == 0) {
        mp__object_made(&route->head, MP__TYPE_ROUTE);
        r = mp__object_pair(&queue->head, &route->head);
        mp__object_drop(&route->head);
    }
    return r;
}

// It counts as shared from the beginning, as it never goes without a look at
// its chain.
static int make(mp_queue_t *queue)
{
    int r = mp__chain_begin(queue);
    if (r < 0) {
        return r;
    }
    (void) atomic_fetch_or(&queue->head.head.state, MP__OBJECT_SHARED);
    return pair_with_route(queue);
}

int mp_queue_create_sized(mp_queue_t **out, size_t maxsize,
                          const mp_queue_options_t *options,
                          size_t options_size)
{
    mp_queue_options_t copy;
    mp_queue_t *queue = NULL;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the queue");
    }
    *out = NULL;
    int r = mp__options_copy(&copy, sizeof(copy), options, options_size);
    if (r == 0) {
        r = check_options(&copy, maxsize);
    }
    if (r == 0) {
        size_t tasks = copy.joinable ? MP__SLOTS * sizeof(uint64_t) : 0;
        r = mp__object_new(&queue, sizeof(*queue) + tasks);
    }
    if (r < 0 || queue == NULL) {
        return r;
    }
    fill(queue, maxsize, &copy);
    mp__object_made(&queue->head.head, MP__TYPE_QUEUE);
    r = make(queue);
    if (r < 0) {
        mp__object_drop(&queue->head.head);
        return r;
    }
    *out = queue;
    return 0;
}

int mp_joinable_queue_create(mp_queue_t **out, size_t maxsize)
{
    mp_queue_options_t options = {.joinable = true};

    return mp_queue_create(out, maxsize, &options);
}

void mp_queue_destroy(mp_queue_t *queue)
{
    if (queue != NULL) {
        mp__object_drop(&queue->head.head);
    }
}

int mp_queue_hold(mp_queue_t *queue)
{
    return mp__object_hold_as(queue, MP__TYPE_QUEUE);
}

size_t mp_queue_maxsize(const mp_queue_t *queue)
{
    return queue != NULL && queue->bounded ? queue->count : 0;
}

// ---- how many there are ----

// Between front and tail there may be places that never have a message.
static size_t count_voids(const mp_queue_t *queue, const mp__ring_t *ring,
                          uint64_t from, uint64_t to)
{
    size_t count = 0;

    for (; from != to; from = mp__position_after(queue, from)) {
        uint64_t there = atomic_load(&mp__ring_place(queue, ring, from)->there);
        count += mp__is_of_lap(there, mp__lap_of(from)) &&
                 mp__there_is(there, MP__VOID);
    }
    return count;
}

// Before the front there may be some that have their message again.
static size_t count_returned(const mp_queue_t *queue, const mp__ring_t *ring,
                             uint64_t front)
{
    size_t count = 0;

    for (uint32_t i = 0; i < queue->count; i++) {
        uint32_t lap = mp__lap_of(front) + (i < (uint32_t) front ? 1 : 0);
        uint64_t there = atomic_load(&mp__ring_place(queue, ring, i)->there);
        uint64_t got = atomic_load(&mp__ring_gets(queue, ring)[i]);
        count += !mp__there_is(there, MP__VOID) &&
                 mp__laps_ahead(there, lap) < 0 &&
                 mp__laps_ahead(got, (uint32_t) there) < 0;
    }
    return count;
}

static size_t count_ring(const mp_queue_t *queue, const mp__ring_t *ring)
{
    mp__claim_t claim = {.ring = (mp__ring_t *) (uintptr_t) ring};

    uint64_t front = mp__ring_front(queue, ring);
    (void) mp__ring_tail(queue, &claim);
    int32_t laps = (int32_t) (mp__lap_of(claim.position) - mp__lap_of(front));
    int64_t count = (int64_t) laps * (int64_t) queue->count +
                    (int64_t) (uint32_t) claim.position -
                    (int64_t) (uint32_t) front;
    if (count < 0 || count > (int64_t) queue->count ||
        (uint32_t) front >= queue->count ||
        (uint32_t) claim.position >= queue->count) {
        return 0; // much has changed between the two looks
    }
    if (atomic_load(&queue->voids) != 0) {
        count -= (int64_t) count_voids(queue, ring, front, claim.position);
    }
    if (atomic_load(&queue->returned) != 0) {
        count += (int64_t) count_returned(queue, ring, front);
    }
    return (size_t) count;
}

size_t mp_queue_qsize(const mp_queue_t *queue)
{
    size_t count = 0;
    uint64_t first = 0;

    if (queue == NULL) {
        return 0;
    }
    do {
        first = atomic_load(&queue->first);
        count = 0;
        for (const mp__ring_t *ring = mp__ring_of(first);
             ring != NULL && atomic_load(&queue->first) == first;
             ring = mp__ring_of(mp__ring_next(ring))) {
            count += count_ring(queue, ring);
        }
    } while (atomic_load(&queue->first) != first);
    return atomic_load(&queue->state) == MP__QUEUE_DROPPED ? 0 : count;
}

bool mp_queue_empty(const mp_queue_t *queue)
{
    return mp_queue_qsize(queue) == 0;
}

static bool is_full(const mp_queue_t *queue, mp__claim_t *claim)
{
    claim->which = mp__queue_last(queue);
    claim->ring = mp__ring_at(claim->which);
    return mp__ring_tail(queue, claim) == MP__FOUND_CLAIMED &&
           !mp__ring_is_free(queue, claim->which, claim->position);
}

// Who asks before he puts would never put if nobody looked whether who has the
// place is dead.
bool mp_queue_full(const mp_queue_t *queue)
{
    mp__claim_t claim;

    if (queue == NULL || !queue->bounded || !is_full(queue, &claim)) {
        return false;
    }
    return !mp__look_due(mp__link(&queue->head.head)) ||
           !mp__queue_repair((mp_queue_t *) (uintptr_t) queue, &claim) ||
           is_full(queue, &claim);
}

// ---- who else has it ----

static bool is_held_by_others_locked(const mp__object_t *object)
{
    uint32_t token = mp__process_token();
    uint32_t owner = mp__owner_of(atomic_load(&object->state));

    if (owner != token && atomic_load(&object->holds) != 0 &&
        !mp__member_dead(owner, true)) {
        return true;
    }
    for (uint32_t at = atomic_load(&object->holders); at != 0;) {
        const mp__holder_t *holder = mp__linked(at);
        if (holder->token != token &&
            (holder->token == 0 || !mp__member_dead(holder->token, true))) {
            return true;
        }
        at = atomic_load(&holder->head.next);
    }
    return mp__object_is_inherited(object);
}

// A child that was forked has it without holding it; its slot is free only when
// it has been recovered.
bool mp__queue_is_lonely(mp_queue_t *queue)
{
    mp__members_recover(0);
    mp__heap_lock();
    bool held = is_held_by_others_locked(&queue->head.head);
    mp__heap_unlock();
    return !held;
}

// ---- shutting down ----

static int drop_all(mp_queue_t *queue)
{
    uint32_t token = mp__token();
    mp__found_t found = MP__FOUND_OTHER;
    mp__claim_t claim;

    if (token == 0) {
        return mp__fail_last()->code;
    }
    while (found == MP__FOUND_CLAIMED || found == MP__FOUND_OTHER) {
        size_t room = SIZE_MAX;
        found = atomic_load(&queue->returned) != 0
                    ? mp__queue_claim_returned(queue, token, &room, &claim)
                    : MP__FOUND_NONE;
        if (found == MP__FOUND_NONE) {
            found = mp__queue_look(queue, token, 1, &room, &claim);
        }
        if (found == MP__FOUND_CLAIMED) {
            mp__queue_give_back(queue, &claim);
        }
    }
    return 0;
}

int mp_queue_shutdown(mp_queue_t *queue, bool immediate)
{
    if (queue == NULL) {
        return mp__queue_is_null();
    }
    int r =
        mp__chain_shut(queue, immediate ? MP__QUEUE_DROPPED : MP__QUEUE_SHUT);
    if (r == 0 && immediate) {
        r = drop_all(queue);
    }
    if (r == 0 && queue->joinable) {
        mp__tasks_changed(queue);
    }
    return r;
}
