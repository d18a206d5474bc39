// SPDX-License-Identifier: Apache-2.0
// ZeroMQ: a pair of sockets over its ipc transport.
#include <errno.h>
#include <stdio.h>

#include <unistd.h>

#include <zmq.h>

#include "bench/common/row.h"
#include "bench/connection/way.h"

static void *context; // of this process

static int make(struct line *mine, struct line *its)
{
    snprintf(its->address, sizeof(its->address),
             "ipc:///tmp/bench-connection-zmq-%ld", (long) getpid());
    snprintf(mine->address, sizeof(mine->address), "%s", its->address);
    return 0;
}

static int begin(struct line *line)
{
    context = zmq_ctx_new();
    line->other = context == NULL ? NULL : zmq_socket(context, ZMQ_PAIR);
    return line->other == NULL ? row_fail("zmq_socket", errno) : 0;
}

static int meet(struct line *mine)
{
    if (begin(mine) < 0) {
        return -1;
    }
    return zmq_bind(mine->other, mine->address) == 0
               ? 0
               : row_fail("zmq_bind", errno);
}

static int join(struct line *its)
{
    if (begin(its) < 0) {
        return -1;
    }
    return zmq_connect(its->other, its->address) == 0
               ? 0
               : row_fail("zmq_connect", errno);
}

static int send_message(struct line *line, const void *bytes, size_t size)
{
    return zmq_send(line->other, bytes, size, 0) == (int) size
               ? 0
               : row_fail("zmq_send", errno);
}

static int receive_message(struct line *line, void *bytes, size_t size)
{
    return zmq_recv(line->other, bytes, size, 0) == (int) size
               ? 0
               : row_fail("zmq_recv", errno);
}

static void drop(struct line *line)
{
    const int at_once = 0;

    if (line->other != NULL) {
        (void) zmq_setsockopt(line->other, ZMQ_LINGER, &at_once,
                              sizeof(at_once));
        (void) zmq_close(line->other);
        (void) zmq_ctx_term(context);
    }
    *line = (struct line){.in = NULL};
}

const struct way way_zmq = {.name = "zmq",
                            .spawns = true,
                            .make = make,
                            .join = join,
                            .meet = meet,
                            .send = send_message,
                            .receive = receive_message,
                            .drop = drop};
