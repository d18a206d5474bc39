// SPDX-License-Identifier: Apache-2.0
#include "bench/connection/echo.h"

#include <stdlib.h>
#include <string.h>

#include "bench/common/system.h"
#include "bench/connection/peer.h"

#define WAYS_MAX 16

enum { PING = 1, STREAM };
enum { ARG_WAY = 1, ARG_SIZE, ARG_IN, ARG_OUT, ARG_ADDRESS };

// A way that is open.
struct opened {
    const struct way *way;
    struct line line;
    struct peer peer;
};

static struct opened opened[WAYS_MAX];
static char *message; // of this process; a child has one of its own
static size_t message_size;
static struct line its; // of the child that is started now, which forks it

static char *new_message(size_t size)
{
    char *made = malloc(size > 0 ? size : 1);
    if (made != NULL) {
        memset(made, 1, size); // its pages are there before it is measured
    }
    return made;
}

// ---- the child ----

static int ping(const struct way *way, char *bytes, size_t size, unsigned count)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = way->receive(&its, bytes, size);
        if (r == 0) {
            r = way->send(&its, bytes, size);
        }
    }
    return r;
}

static int drain(const struct way *way, char *bytes, size_t size,
                 unsigned count, mp_connection_t *control)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = way->receive(&its, bytes, size);
    }
    return r == 0 ? peer_done(control) : r;
}

static int serve(const struct way *way, char *bytes, size_t size,
                 mp_connection_t *control)
{
    struct order order;
    int r = 0;

    while (r == 0 && peer_next(control, &order) == 0) {
        r = order.what == PING ? ping(way, bytes, size, order.count)
                               : drain(way, bytes, size, order.count, control);
    }
    return r;
}

static mp_connection_t *end_of(const mp_args_t *args, size_t index)
{
    return mp_args_type(args, index) == MP_ARG_PORT
               ? mp_args_connection(args, index)
               : NULL;
}

static int serve_size(const struct way *way, size_t size,
                      mp_connection_t *control)
{
    char *bytes = new_message(size);
    int r = bytes == NULL ? -1 : serve(way, bytes, size, control);

    free(bytes);
    return r;
}

static int echo_child(const mp_args_t *args)
{
    const struct way *way = way_find(mp_args_text(args, ARG_WAY));
    const char *address = mp_args_text(args, ARG_ADDRESS);

    if (way == NULL || address == NULL) {
        return mp_failure(2, "no way to take");
    }
    memcpy(its.address, address, strlen(address) + 1);
    its.in = end_of(args, ARG_IN);
    its.out = end_of(args, ARG_OUT);
    if (way->join != NULL && way->join(&its) < 0) {
        return mp_failure(3, "the other side is not found");
    }
    int r = serve_size(way, (size_t) mp_args_int(args, ARG_SIZE),
                       mp_args_connection(args, PEER_CONTROL));
    if (way->join != NULL) {
        way->drop(&its); // what came as an argument is closed with them
    }
    return r < 0 ? 4 : 0;
}
MP_TARGET(echo_child)

// ---- this process ----

static mp_arg_t end_or_none(mp_connection_t *connection)
{
    return connection == NULL ? MP_NONE : MP_PORT(connection);
}

static int start(struct opened *made)
{
    const mp_args_t *args = MP_ARGS(MP_TEXT(made->way->name),
                                    (int64_t) message_size, end_or_none(its.in),
                                    end_or_none(its.out), MP_TEXT(its.address));

    int r = peer_start(&made->peer, made->way->spawns ? "spawn" : PEER_METHOD,
                       echo_child, args);
    if (r == 0 && made->way->meet != NULL) {
        r = made->way->meet(&made->line);
    }
    return r;
}

static struct opened *find(const struct way *way)
{
    struct opened *at = opened;

    while (at->way != NULL && at->way != way) {
        at++;
    }
    return at;
}

// NULL after saying why.
static struct opened *open_way(const struct way *way)
{
    struct opened *made = find(way);

    if (made->way != NULL) {
        return made;
    }
    *made = (struct opened){.way = way};
    its = (struct line){.in = NULL};
    int r = way->make(&made->line, &its);
    if (r == 0) {
        r = start(made);
    }
    way->drop(&its);
    return r == 0 ? made : NULL;
}

int echo_open(const struct setting *setting)
{
    if (message == NULL) {
        message_size = setting->number;
        message = new_message(message_size);
    }
    return message == NULL ? row_fail("memory for a message", 0) : 0;
}

void echo_close(void)
{
    for (struct opened *at = opened; at->way != NULL; at++) {
        (void) peer_stop(&at->peer);
        at->way->drop(&at->line);
        at->way = NULL;
    }
    free(message);
    message = NULL;
}

int echo_ping(const struct row *row, unsigned count, int64_t *elapsed)
{
    struct opened *at = open_way(row->data);
    int r = at == NULL ? -1 : peer_order(&at->peer, PING, count);
    int64_t began = bench_now();

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = at->way->send(&at->line, message, message_size);
        if (r == 0) {
            r = at->way->receive(&at->line, message, message_size);
        }
    }
    *elapsed = bench_now() - began;
    return r < 0 ? row_fail(row->name, 0) : 0;
}

int echo_stream(const struct row *row, unsigned count, int64_t *elapsed)
{
    struct opened *at = open_way(row->data);
    int r = at == NULL ? -1 : peer_order(&at->peer, STREAM, count);
    int64_t began = bench_now();

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = at->way->send(&at->line, message, message_size);
    }
    if (r == 0) {
        r = peer_await(&at->peer);
    }
    *elapsed = bench_now() - began;
    return r < 0 ? row_fail(row->name, 0) : 0;
}
