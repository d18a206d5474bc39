// SPDX-License-Identifier: Apache-2.0
// CPython's multiprocessing, measured by a helper of the same size as this
// process.
#include <stdio.h>
#include <string.h>

#include "bench/common/helper.h"
#include "bench/process/groups.h"

static struct helper helper = {.name = "CPython"};

static int cpython_open(const struct setting *setting)
{
    char size[16];

    snprintf(size, sizeof(size), "%u", setting->number);
    return helper_start_python(&helper, "cpython_peer.py", size);
}

static void cpython_close(void)
{
    helper_stop(&helper);
}

static int cpython_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return helper_ask(&helper, strchr(row->name, '-') + 1, count, elapsed);
}

static const struct row rows[] = {
    {.name = "cpython-fork",
     .what = "CPython's multiprocessing, fork",
     .run = cpython_run},
    {.name = "cpython-spawn",
     .what = "CPython's multiprocessing, spawn",
     .run = cpython_run},
    {.name = "cpython-forkserver",
     .what = "CPython's multiprocessing, forkserver",
     .run = cpython_run},
};

const struct row_group group_cpython = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};
