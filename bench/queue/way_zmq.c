// SPDX-License-Identifier: Apache-2.0
// ZeroMQ: push and pull over its ipc transport. Its context does not stand a
// fork, so each child has its own, and this process has none.
#include <errno.h>
#include <stdio.h>

#include <unistd.h>

#include <zmq.h>

#include "bench/common/row.h"
#include "bench/queue/way.h"

#define SCHEME "ipc://"
#define SETTLE_US 20000 // until the two sides have found each other

static void *context; // of this process

static int make(struct lane *lane)
{
    snprintf(lane->name, sizeof(lane->name),
             SCHEME "/tmp/bench-queue-zmq-%ld-%u", (long) getpid(),
             lane->number);
    return 0;
}

// The file stays where a receiver does not get to remove it.
static void unmake(struct lane *lane)
{
    (void) unlink(lane->name + strlen(SCHEME));
}

static int join(struct lane *lane, bool receives)
{
    context = context == NULL ? zmq_ctx_new() : context;
    lane->at = context == NULL
                   ? NULL
                   : zmq_socket(context, receives ? ZMQ_PULL : ZMQ_PUSH);
    if (lane->at == NULL) {
        return row_fail("zmq_socket", errno);
    }
    int r = receives ? zmq_bind(lane->at, lane->name)
                     : zmq_connect(lane->at, lane->name);
    if (r == 0 && !receives) {
        bench_sleep_us(SETTLE_US);
    }
    return r == 0 ? 0 : row_fail("zmq_bind or zmq_connect", errno);
}

static void leave(struct lane *lane, bool receives)
{
    const int at_once = 0;

    (void) receives;
    (void) zmq_setsockopt(lane->at, ZMQ_LINGER, &at_once, sizeof(at_once));
    (void) zmq_close(lane->at);
}

WAY_INLINE int put(struct lane *lane, char *bytes, size_t size)
{
    return zmq_send(lane->at, bytes, size, 0) == (int) size
               ? 1
               : row_fail("zmq_send", errno);
}

WAY_INLINE int get(struct lane *lane, char *bytes, size_t size)
{
    return zmq_recv(lane->at, bytes, size, 0) == (int) size
               ? 1
               : row_fail("zmq_recv", errno);
}

WAY_LOOPS(zmq, put, get)

const struct way way_zmq = {.name = "zmq",
                            .pairs = true,
                            .threaded = true,
                            .loops = &zmq_loops,
                            .make = make,
                            .unmake = unmake,
                            .join = join,
                            .leave = leave};
