// SPDX-License-Identifier: Apache-2.0
// CPython's SharedMemory, measured by a helper.
#include "bench/common/helper.h"
#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

static struct helper helper = {.name = "CPython"};

static int cpython_open(const struct setting *setting)
{
    (void) setting;
    return helper_start_python(&helper, "cpython_shm.py", NULL);
}

static void cpython_close(void)
{
    helper_stop(&helper);
}

static int cpython_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    (void) row;
    return helper_ask(&helper, touch_wanted ? "touched" : "untouched", count,
                      elapsed);
}

static const struct row rows[] = {
    {.name = "cpython",
     .what = "CPython's SharedMemory: create, attach, close, unlink",
     .run = cpython_run},
};

const struct row_group group_cpython = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};
