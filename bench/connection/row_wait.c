// SPDX-License-Identifier: Apache-2.0
// Waiting for any of many connections of which the last one has a message.
#include <multiprocessing.h>

#include "bench/common/row.h"
#include "bench/common/system.h"
#include "bench/connection/groups.h"

#define MANY 1000

static mp_connection_t *ends[MANY];
static mp_connection_t *others[MANY];
static mp_waitable_t objects[MANY];

static void wait_close(void)
{
    for (size_t i = 0; i < MANY; i++) {
        mp_connection_destroy(ends[i]);
        mp_connection_destroy(others[i]);
        ends[i] = others[i] = NULL;
    }
}

static int wait_open(const struct setting *setting)
{
    (void) setting;
    for (size_t i = 0; i < MANY; i++) {
        if (mp_pipe(&ends[i], &others[i], true) < 0) {
            wait_close();
            return row_left_out("mp_wait", mp_last_error()->message);
        }
        objects[i] = MP_WAIT_CONNECTION(ends[i]);
    }
    int r = mp_connection_send_bytes(others[MANY - 1], "", 1, MP_FOREVER);
    return r == 0 ? 0 : row_fail_ours("mp_connection_send_bytes");
}

static int wait_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    size_t many = *(const size_t *) row->data;
    int64_t began = bench_now();
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        size_t ready = 0;
        r = mp_wait(objects + MANY - many, many, MP_FOREVER, &ready);
    }
    *elapsed = bench_now() - began;
    return r < 0 ? row_fail_ours("mp_wait") : 0;
}

static const size_t ten = 10;
static const size_t thousand = MANY;

static const struct row rows[] = {
    {.name = "wait/10",
     .what = "mp_wait for 10 connections, one is ready",
     .run = wait_run,
     .data = &ten,
     .number = ROW_ONCE},
    {.name = "wait/1000",
     .what = "the same for 1000",
     .run = wait_run,
     .data = &thousand,
     .number = ROW_ONCE},
};

const struct row_group group_wait = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = wait_open,
    .close = wait_close,
};
