// SPDX-License-Identifier: Apache-2.0
// Values over a connection: a dict of ten entries.
#include "bench/common/row.h"
#include "bench/connection/echo.h"
#include "bench/connection/groups.h"
#include "bench/connection/samples.h"

static void drop(struct line *line)
{
    mp_any_destroy(line->other);
    mp_connection_destroy(line->in);
    *line = (struct line){.in = NULL};
}

static int make(struct line *mine, struct line *its)
{
    mp_any_t *dict = NULL;

    if (mp_pipe(&mine->in, &its->in, true) < 0) {
        return row_fail_ours("mp_pipe");
    }
    if (sample_dict(&dict) < 0) {
        return row_fail_ours("a value");
    }
    mine->other = dict;
    return 0;
}

static int send_message(struct line *line, const void *bytes, size_t size)
{
    (void) bytes;
    (void) size;
    return mp_connection_send(line->in, line->other, MP_FOREVER) == 0
               ? 0
               : row_fail_ours("mp_connection_send");
}

// What was received is what is sent next.
static int receive_message(struct line *line, void *bytes, size_t size)
{
    mp_any_t *value = NULL;

    (void) bytes;
    (void) size;
    if (mp_connection_recv(line->in, &value, MP_FOREVER) < 0) {
        return row_fail_ours("mp_connection_recv");
    }
    mp_any_destroy(line->other);
    line->other = value;
    return 0;
}

const struct way way_values = {.name = "values",
                               .make = make,
                               .send = send_message,
                               .receive = receive_message,
                               .drop = drop};

static const struct row rows[] = {
    ECHO_ROWS(way_values, "values", "a dict of ten entries", ROW_ONCE),
};

const struct row_group group_values = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
