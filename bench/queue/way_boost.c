// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess's message_queue.
#include <stdio.h>

#include <unistd.h>

#include "bench/common/row.h"
#include "bench/queue/boost.h"
#include "bench/queue/way.h"

static int make(struct lane *lane)
{
    snprintf(lane->name, sizeof(lane->name), "bench-queue-%ld-%u",
             (long) getpid(), lane->number);
    lane->at = boost_queue_make(lane->name, lane->capacity, lane->size);
    return lane->at == NULL ? row_fail("Boost: no message_queue", 0) : 0;
}

static void unmake(struct lane *lane)
{
    boost_queue_unmake(lane->at, lane->name);
}

WAY_INLINE int put(struct lane *lane, char *bytes, size_t size)
{
    return boost_queue_put(lane->at, bytes, size) < 0
               ? row_fail("Boost: send", 0)
               : 1;
}

WAY_INLINE int get(struct lane *lane, char *bytes, size_t size)
{
    return boost_queue_get(lane->at, bytes, size) < 0
               ? row_fail("Boost: receive", 0)
               : 1;
}

WAY_LOOPS(boost, put, get)

const struct way way_boost = {
    .name = "boost", .loops = &boost_loops, .make = make, .unmake = unmake};
