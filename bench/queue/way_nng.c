// SPDX-License-Identifier: Apache-2.0
// nng: push and pull over its ipc transport. Its threads do not stand a fork,
// so only children open sockets.
#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>

#include "bench/common/row.h"
#include "bench/queue/way.h"

#define SCHEME "ipc://"
#define SETTLE_US 20000 // until the two sides have found each other

static int fail(const char *what, int error)
{
    fprintf(stderr, "bench-queue: %s: %s\n", what, nng_strerror(error));
    return -1;
}

static int make(struct lane *lane)
{
    snprintf(lane->name, sizeof(lane->name),
             SCHEME "/tmp/bench-queue-nng-%ld-%u", (long) getpid(),
             lane->number);
    return 0;
}

// The file stays where a receiver does not get to remove it.
static void unmake(struct lane *lane)
{
    (void) unlink(lane->name + strlen(SCHEME));
}

static int begin(nng_socket *made, const char *name, bool receives)
{
    int error = receives ? nng_pull0_open(made) : nng_push0_open(made);

    if (error == 0 && receives) {
        error = nng_socket_set_size(*made, NNG_OPT_RECVMAXSZ, 0);
    }
    if (error == 0) {
        error = receives ? nng_listen(*made, name, NULL, 0)
                         : nng_dial(*made, name, NULL, 0);
    }
    return error;
}

static int join(struct lane *lane, bool receives)
{
    nng_socket *made = malloc(sizeof(*made));

    if (made == NULL) {
        return row_fail("out of memory", 0);
    }
    lane->at = made;
    int error = begin(made, lane->name, receives);
    if (error == 0 && !receives) {
        bench_sleep_us(SETTLE_US);
    }
    return error == 0 ? 0 : fail("nng_listen or nng_dial", error);
}

static void leave(struct lane *lane, bool receives)
{
    (void) receives;
    (void) nng_close(*(nng_socket *) lane->at);
    free(lane->at);
}

WAY_INLINE int put(struct lane *lane, char *bytes, size_t size)
{
    int error = nng_send(*(nng_socket *) lane->at, bytes, size, 0);
    return error == 0 ? 1 : fail("nng_send", error);
}

WAY_INLINE int get(struct lane *lane, char *bytes, size_t size)
{
    size_t done = size;

    int error = nng_recv(*(nng_socket *) lane->at, bytes, &done, 0);
    if (error == 0 && done != size) {
        return row_fail("a message of another size", 0);
    }
    return error == 0 ? 1 : fail("nng_recv", error);
}

WAY_LOOPS(nng, put, get)

const struct way way_nng = {.name = "nng",
                            .pairs = true,
                            .threaded = true,
                            .loops = &nng_loops,
                            .make = make,
                            .unmake = unmake,
                            .join = join,
                            .leave = leave};
