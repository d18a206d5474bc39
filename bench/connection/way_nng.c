// SPDX-License-Identifier: Apache-2.0
// nng: a pair of sockets over its ipc transport.
#include <stdio.h>

#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>

#include "bench/common/row.h"
#include "bench/connection/way.h"

static nng_socket socket_here; // of this process, one at a time

static int fail(const char *what, int error)
{
    fprintf(stderr, "bench-connection: %s: %s\n", what, nng_strerror(error));
    return -1;
}

static int make(struct line *mine, struct line *its)
{
    (void) mine;
    snprintf(its->address, sizeof(its->address),
             "ipc:///tmp/bench-connection-nng-%ld", (long) getpid());
    snprintf(mine->address, sizeof(mine->address), "%s", its->address);
    return 0;
}

static int begin(struct line *line)
{
    int error = nng_pair0_open(&socket_here);
    if (error == 0) {
        line->other = &socket_here;
        error = nng_socket_set_size(socket_here, NNG_OPT_RECVMAXSZ, 0);
    }
    return error == 0 ? 0 : fail("nng_pair0_open", error);
}

static int meet(struct line *mine)
{
    if (begin(mine) < 0) {
        return -1;
    }
    int error = nng_listen(socket_here, mine->address, NULL, 0);
    return error == 0 ? 0 : fail("nng_listen", error);
}

// The other side may not listen yet: it is tried again until it does.
static int join(struct line *its)
{
    if (begin(its) < 0) {
        return -1;
    }
    int error = nng_dial(socket_here, its->address, NULL, NNG_FLAG_NONBLOCK);
    return error == 0 ? 0 : fail("nng_dial", error);
}

static int send_message(struct line *line, const void *bytes, size_t size)
{
    (void) line;
    int error = nng_send(socket_here, (void *) (uintptr_t) bytes, size, 0);
    return error == 0 ? 0 : fail("nng_send", error);
}

static int receive_message(struct line *line, void *bytes, size_t size)
{
    size_t done = size;

    (void) line;
    int error = nng_recv(socket_here, bytes, &done, 0);
    if (error == 0 && done != size) {
        return row_fail("a message of another size", 0);
    }
    return error == 0 ? 0 : fail("nng_recv", error);
}

static void drop(struct line *line)
{
    if (line->other != NULL) {
        (void) nng_close(socket_here);
    }
    *line = (struct line){.in = NULL};
}

const struct way way_nng = {.name = "nng",
                            .spawns = true,
                            .make = make,
                            .join = join,
                            .meet = meet,
                            .send = send_message,
                            .receive = receive_message,
                            .drop = drop};
