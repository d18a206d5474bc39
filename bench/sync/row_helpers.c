// SPDX-License-Identifier: Apache-2.0
// What other programs measure for this one: CPython's multiprocessing, and this
// library where the compiler sees all of it at once.
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/helper.h"
#include "bench/sync/groups.h"

static struct helper cpython = {.name = "CPython"};

static int cpython_open(const struct setting *setting)
{
    (void) setting;
    return helper_start_python(&cpython, "cpython_sync.py", NULL);
}

static void cpython_close(void)
{
    helper_stop(&cpython);
}

static int cpython_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return helper_ask(&cpython, strchr(row->name, '-') + 1, count, elapsed);
}

static const struct row cpython_rows[] = {
    {.name = "cpython-lock",
     .what = "CPython's Lock: acquire and release",
     .run = cpython_run},
    {.name = "cpython-rlock",
     .what = "CPython's RLock: the same",
     .run = cpython_run},
    {.name = "cpython-semaphore",
     .what = "CPython's Semaphore: the same",
     .run = cpython_run},
    {.name = "cpython-value",
     .what = "adding 1 to CPython's Value under its lock",
     .run = cpython_run},
    {.name = "cpython-create",
     .what = "CPython's Lock, made and destroyed",
     .run = cpython_run},
};

const struct row_group group_cpython = {
    .rows = cpython_rows,
    .count = sizeof(cpython_rows) / sizeof(cpython_rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};

#if MP_HAVE_WHOLE
static struct helper whole = {.name = "bench-sync-whole"};

static int whole_open(const struct setting *setting)
{
    char *path = bench_beside("bench-sync-whole");
    const char *argv[] = {path, NULL};

    (void) setting;
    int r = path == NULL ? -1 : helper_start(&whole, argv);
    free(path);
    return r;
}

static void whole_close(void)
{
    helper_stop(&whole);
}

static int whole_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return helper_ask(&whole, strchr(row->name, '-') + 1, count, elapsed);
}

static const struct row whole_rows[] = {
    {.name = "whole-lock",
     .what = "lock, linked as a whole (static, LTO)",
     .run = whole_run},
    {.name = "whole-rlock", .what = "rlock, the same", .run = whole_run},
    {.name = "whole-semaphore",
     .what = "semaphore, the same",
     .run = whole_run},
#ifndef MP_NO_SHAREDCTYPES
    {.name = "whole-value", .what = "value, the same", .run = whole_run},
    {.name = "whole-value-add",
     .what = "value-add, the same",
     .run = whole_run},
#endif
    {.name = "whole-cas-store",
     .what = "the limit in that program",
     .run = whole_run},
};

const struct row_group group_whole = {
    .rows = whole_rows,
    .count = sizeof(whole_rows) / sizeof(whole_rows[0]),
    .open = whole_open,
    .close = whole_close,
};
#endif
