// SPDX-License-Identifier: Apache-2.0
// This library's queues: bytes one by one, in batches, and in place.
#include <multiprocessing.h>

#include "bench/common/row.h"
#include "bench/queue/way.h"

#define INSIDE_MAX 65536 // longer messages take blocks of their own

static int make(struct lane *lane, size_t message_size)
{
    mp_queue_options_t options = {.message_size = message_size};
    mp_queue_t *queue = NULL;

    if (mp_queue_create(&queue, lane->capacity, &options) < 0) {
        return row_fail_ours("mp_queue_create");
    }
    lane->at = queue;
    return 0;
}

static int make_fitting(struct lane *lane)
{
    return make(lane, lane->size <= INSIDE_MAX ? lane->size : 0);
}

static int make_default(struct lane *lane)
{
    return make(lane, 0);
}

static void unmake(struct lane *lane)
{
    mp_queue_destroy(lane->at);
    lane->at = NULL;
}

// ---- one by one ----

WAY_INLINE int put_one(struct lane *lane, char *bytes, size_t size)
{
    return mp_queue_put_bytes(lane->at, bytes, size, MP_FOREVER) < 0
               ? row_fail_ours("mp_queue_put_bytes")
               : 1;
}

WAY_INLINE int get_one(struct lane *lane, char *bytes, size_t size)
{
    size_t got = 0;

    return mp_queue_get_bytes(lane->at, bytes, size, &got, MP_FOREVER) < 0
               ? row_fail_ours("mp_queue_get_bytes")
               : 1;
}

WAY_LOOPS(one, put_one, get_one)

const struct way way_ours = {.name = "ours",
                             .queues = true,
                             .loops = &one_loops,
                             .make = make_fitting,
                             .unmake = unmake};
const struct way way_ours_default = {.name = "ours-default",
                                     .queues = true,
                                     .loops = &one_loops,
                                     .make = make_default,
                                     .unmake = unmake};

// ---- batches ----

WAY_INLINE int put_many(struct lane *lane, char *bytes, size_t size)
{
    mp_queue_bytes_t messages[WAY_BATCH];
    size_t done = 0;

    for (size_t i = 0; i < WAY_BATCH; i++) {
        messages[i] = (mp_queue_bytes_t){bytes + i * size, size};
    }
    return mp_queue_put_many(lane->at, messages, WAY_BATCH, &done, MP_FOREVER) <
                   0
               ? row_fail_ours("mp_queue_put_many")
               : (int) done;
}

WAY_INLINE int get_many(struct lane *lane, char *bytes, size_t size)
{
    size_t sizes[WAY_BATCH];
    size_t done = 0;

    return mp_queue_get_many(lane->at, bytes, WAY_BATCH * size, sizes,
                             WAY_BATCH, &done, MP_FOREVER) < 0
               ? row_fail_ours("mp_queue_get_many")
               : (int) done;
}

WAY_LOOPS(many, put_many, get_many)

const struct way way_ours_many = {.name = "ours-many",
                                  .batch = WAY_BATCH,
                                  .queues = true,
                                  .loops = &many_loops,
                                  .make = make_fitting,
                                  .unmake = unmake};

WAY_INLINE int put_array(struct lane *lane, char *bytes, size_t size)
{
    size_t done = 0;

    return mp_queue_put_array(lane->at, bytes, size, WAY_BATCH, &done,
                              MP_FOREVER) < 0
               ? row_fail_ours("mp_queue_put_array")
               : (int) done;
}

WAY_LOOPS(array, put_array, get_many)

const struct way way_ours_array = {.name = "ours-array",
                                   .batch = WAY_BATCH,
                                   .queues = true,
                                   .loops = &array_loops,
                                   .make = make_fitting,
                                   .unmake = unmake};

// ---- in place ----

WAY_INLINE int put_place(struct lane *lane, char *bytes, size_t size)
{
    mp_queue_message_t message;

    if (mp_queue_reserve(lane->at, &message, size) < 0) {
        return row_fail_ours("mp_queue_reserve");
    }
    way_write_all(message.bytes, bytes, size);
    return mp_queue_commit(lane->at, &message, MP_FOREVER) < 0
               ? row_fail_ours("mp_queue_commit")
               : 1;
}

WAY_INLINE int get_place(struct lane *lane, char *bytes, size_t size)
{
    mp_queue_message_t message;

    if (mp_queue_peek(lane->at, &message, MP_FOREVER) < 0) {
        return row_fail_ours("mp_queue_peek");
    }
    lane->seen = way_read_all(message.bytes, bytes, size);
    return mp_queue_release(lane->at, &message) < 0
               ? row_fail_ours("mp_queue_release")
               : 1;
}

WAY_LOOPS(place, put_place, get_place)

const struct way way_ours_place = {.name = "ours-place",
                                   .queues = true,
                                   .loops = &place_loops,
                                   .make = make_default,
                                   .unmake = unmake};
