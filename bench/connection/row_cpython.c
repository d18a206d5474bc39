// SPDX-License-Identifier: Apache-2.0
// CPython's multiprocessing.connection and its C pickle, measured by a helper,
// which has a child of its own at the other end.
#include <stdio.h>
#include <string.h>

#include "bench/common/helper.h"
#include "bench/connection/groups.h"

static struct helper helper = {.name = "CPython"};

static int cpython_open(const struct setting *setting)
{
    char size[16];

    snprintf(size, sizeof(size), "%u", setting->number);
    return helper_start_python(&helper, "cpython_connection.py", size);
}

static void cpython_close(void)
{
    helper_stop(&helper);
}

static int cpython_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return helper_ask(&helper, row->name + strlen("cpython-"), count, elapsed);
}

#define CPYTHON_ROW(text, about, which)                                        \
    {                                                                          \
        .name = "cpython-" text, .what = "CPython's " about,                   \
        .run = cpython_run, .number = which                                    \
    }
#define PICKLE_ROWS(text)                                                      \
    CPYTHON_ROW("dumps/" text, "pickle.dumps, protocol 4", ROW_ONCE),          \
        CPYTHON_ROW("loads/" text, "pickle.loads", ROW_ONCE)

static const struct row rows[] = {
    CPYTHON_ROW("pipe/ping", "Pipe(), send_bytes there and back", ROW_BY_SIZE),
    CPYTHON_ROW("pipe/stream", "Pipe(), send_bytes one way", ROW_BY_SIZE),
    CPYTHON_ROW("oneway/ping", "Pipe(False), there and back", ROW_BY_SIZE),
    CPYTHON_ROW("oneway/stream", "Pipe(False), one way", ROW_BY_SIZE),
    CPYTHON_ROW("values/ping", "send and recv of that dict", ROW_ONCE),
    CPYTHON_ROW("values/stream", "the same one way", ROW_ONCE),
    PICKLE_ROWS("dict"),
    PICKLE_ROWS("ints"),
    PICKLE_ROWS("floats"),
    PICKLE_ROWS("text"),
    PICKLE_ROWS("nested"),
    PICKLE_ROWS("16M"),
    CPYTHON_ROW("clients", "Client and Listener.accept", ROW_ONCE),
    CPYTHON_ROW("clients-key", "the same with a key", ROW_ONCE),
    CPYTHON_ROW("wait/10", "wait() for 10 connections", ROW_ONCE),
    CPYTHON_ROW("wait/1000", "wait() for 1000 connections", ROW_ONCE),
};

const struct row_group group_cpython = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};
