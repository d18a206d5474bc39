// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess.
#include "bench/shm/boost.h"
#include "bench/shm/groups.h"

static int boost_once(void)
{
    char name[SEGMENT_NAME_MAX];

    segment_name(name, "");
    return boost_named(name) == 0 ? 0 : row_fail("Boost: no segment", 0);
}

static const struct row rows[] = {
    {.name = "boost",
     .what = "shared_memory_object and mapped_region, twice, remove",
     .run = row_repeat,
     .once = boost_once},
};

const struct row_group group_boost = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
