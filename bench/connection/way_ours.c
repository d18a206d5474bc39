// SPDX-License-Identifier: Apache-2.0
// This library's connections: pipes both ways and one way, and over TCP.
#include <stdio.h>

#include "bench/common/row.h"
#include "bench/connection/echo.h"
#include "bench/connection/groups.h"

#define PATIENCE_MS 10000

static int send_bytes(struct line *line, const void *bytes, size_t size)
{
    return mp_connection_send_bytes(line->out, bytes, size, MP_FOREVER) == 0
               ? 0
               : row_fail_ours("mp_connection_send_bytes");
}

static int receive_bytes(struct line *line, void *bytes, size_t size)
{
    size_t received = 0;

    return mp_connection_recv_bytes(line->in, bytes, size, &received,
                                    MP_FOREVER) == 0
               ? 0
               : row_fail_ours("mp_connection_recv_bytes");
}

static void drop(struct line *line)
{
    if (line->out != line->in) {
        mp_connection_destroy(line->out);
    }
    mp_connection_destroy(line->in);
    mp_listener_destroy(line->door);
    *line = (struct line){.in = NULL};
}

static int make_pipe(struct line *mine, struct line *its)
{
    if (mp_pipe(&mine->in, &its->in, true) < 0) {
        return row_fail_ours("mp_pipe");
    }
    mine->out = mine->in;
    its->out = its->in;
    return 0;
}

static int make_oneway(struct line *mine, struct line *its)
{
    return mp_pipe(&mine->in, &its->out, false) < 0 ||
                   mp_pipe(&its->in, &mine->out, false) < 0
               ? row_fail_ours("mp_pipe")
               : 0;
}

const struct way way_ours = {.name = "ours",
                             .make = make_pipe,
                             .send = send_bytes,
                             .receive = receive_bytes,
                             .drop = drop};
const struct way way_ours_oneway = {.name = "ours-oneway",
                                    .make = make_oneway,
                                    .send = send_bytes,
                                    .receive = receive_bytes,
                                    .drop = drop};

#if MP_HAVE_REMOTE
static int make_listener(struct line *mine, struct line *its)
{
    mp_listener_options_t options = {.family = MP_AF_INET};
    mp_listener_t *listener = NULL;

    if (mp_listener_create(&listener, NULL, &options) < 0) {
        return row_fail_ours("mp_listener_create");
    }
    mine->door = listener;
    snprintf(its->address, sizeof(its->address), "%s",
             mp_listener_address(listener));
    return 0;
}

static int join(struct line *its)
{
    if (mp_client(&its->in, its->address, NULL, PATIENCE_MS) < 0) {
        return row_fail_ours("mp_client");
    }
    its->out = its->in;
    return 0;
}

static int meet(struct line *mine)
{
    if (mp_listener_accept(mine->door, &mine->in, PATIENCE_MS) < 0) {
        return row_fail_ours("mp_listener_accept");
    }
    mine->out = mine->in;
    return 0;
}

const struct way way_ours_inet = {.name = "ours-inet",
                                  .make = make_listener,
                                  .join = join,
                                  .meet = meet,
                                  .send = send_bytes,
                                  .receive = receive_bytes,
                                  .drop = drop};
#endif

static const struct row rows[] = {
    ECHO_ROWS(way_ours, "ours", "mp_pipe both ways", ROW_BY_SIZE),
    ECHO_ROWS(way_ours_oneway, "ours-oneway", "mp_pipe one way", ROW_BY_SIZE),
#if MP_HAVE_REMOTE
    ECHO_ROWS(way_ours_inet, "ours-inet", "mp_client over TCP", ROW_BY_SIZE),
#endif
};

const struct row_group group_ours = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
