// SPDX-License-Identifier: Apache-2.0
// POSIX message queues, in the sizes that this process may make.
#include <errno.h>
#include <stdio.h>

#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include "bench/common/row.h"
#include "bench/queue/way.h"

#define COUNT_MAX 10 // what Linux lets everybody have

static int make(struct lane *lane)
{
    struct mq_attr attributes = {.mq_maxmsg = COUNT_MAX,
                                 .mq_msgsize = (long) lane->size};

    snprintf(lane->name, sizeof(lane->name), "/bench-queue-%ld-%u",
             (long) getpid(), lane->number);
    mqd_t queue = mq_open(lane->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                          0600, &attributes);
    if (queue == (mqd_t) -1) {
        return 1; // too long, or there are none here
    }
    (void) mq_unlink(lane->name);
    lane->reads = (intptr_t) queue;
    return 0;
}

static void unmake(struct lane *lane)
{
    (void) mq_close((mqd_t) lane->reads);
}

WAY_INLINE int put(struct lane *lane, char *bytes, size_t size)
{
    return mq_send((mqd_t) lane->reads, bytes, size, 0) < 0
               ? row_fail("mq_send", errno)
               : 1;
}

WAY_INLINE int get(struct lane *lane, char *bytes, size_t size)
{
    return mq_receive((mqd_t) lane->reads, bytes, size, NULL) < 0
               ? row_fail("mq_receive", errno)
               : 1;
}

WAY_LOOPS(mq, put, get)

const struct way way_mq = {
    .name = "mq", .loops = &mq_loops, .make = make, .unmake = unmake};
