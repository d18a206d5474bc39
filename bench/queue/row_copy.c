// SPDX-License-Identifier: Apache-2.0
// What one copy of a message takes, by this process alone.
#include <stdlib.h>
#include <string.h>

#include "bench/common/system.h"
#include "bench/queue/groups.h"
#include "bench/queue/terms.h"

static char *from;
static char *to;
static size_t size;

static int copy_open(const struct setting *setting)
{
    size = terms_of(setting).size;
    from = malloc(size);
    to = malloc(size);
    if (from == NULL || to == NULL) {
        return row_fail("out of memory", 0);
    }
    memset(from, 1, size); // its pages are there before it is measured
    return 0;
}

static void copy_close(void)
{
    free(from);
    free(to);
    from = NULL;
    to = NULL;
}

// Through a volatile pointer, so that no call is left out.
static int copy_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    int64_t began = bench_now();

    (void) row;
    for (unsigned i = 0; i < count; i++) {
        (void) copy(to, from, size);
    }
    *elapsed = bench_now() - began;
    return 0;
}

static const struct row rows[] = {
    {.name = "memcpy",
     .what = "one copy, by one process",
     .run = copy_run,
     .number = UNDER_SIZES},
};

const struct row_group group_copy = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = copy_open,
    .close = copy_close,
};
