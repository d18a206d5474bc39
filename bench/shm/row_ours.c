// SPDX-License-Identifier: Apache-2.0
// This library's memory: blocks of the family's, and memory with a name.
#include <multiprocessing.h>

#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

static int finish(void *memory, int r, const char *what)
{
    if (r < 0) {
        return row_fail_ours(what);
    }
    touch(memory);
    return mp_shared_free(memory) < 0 ? row_fail_ours("mp_shared_free") : 0;
}

static int block_once(void)
{
    void *memory = NULL;
    int r = mp_shared_alloc(&memory, SEGMENT_SIZE);

    return finish(memory, r, "mp_shared_alloc");
}

static int uncleared_once(void)
{
    void *memory = NULL;
    int r = mp_shared_alloc_uncleared(&memory, SEGMENT_SIZE);

    return finish(memory, r, "mp_shared_alloc_uncleared");
}

// Another's part: open, touch, close.
static int attach(const char *name)
{
    mp_shared_memory_t *memory = NULL;

    if (mp_shared_memory_open(&memory, name, NULL) < 0) {
        return row_fail_ours("mp_shared_memory_open");
    }
    touch(mp_shared_memory_address(memory));
    mp_shared_memory_destroy(memory);
    return 0;
}

static int named(const mp_shared_memory_options_t *options)
{
    mp_shared_memory_t *memory = NULL;
    char name[SEGMENT_NAME_MAX];

    segment_name(name, "");
    if (mp_shared_memory_create(&memory, name, SEGMENT_SIZE, options) < 0) {
        return row_fail_ours("mp_shared_memory_create");
    }
    int r = attach(name);
    if (mp_shared_memory_unlink(memory) < 0) {
        r = row_fail_ours("mp_shared_memory_unlink");
    }
    mp_shared_memory_destroy(memory);
    return r;
}

static int named_once(void)
{
    return named(NULL);
}

static int sparse_once(void)
{
    static const mp_shared_memory_options_t options = {.sparse = true};

    return named(&options);
}

static const struct row rows[] = {
    {.name = "block",
     .what = "mp_shared_alloc, which clears it, mp_shared_free",
     .run = row_repeat,
     .once = block_once},
    {.name = "block-uncleared",
     .what = "mp_shared_alloc_uncleared, mp_shared_free",
     .run = row_repeat,
     .once = uncleared_once},
    {.name = "named",
     .what = "mp_shared_memory: create, open, unlink, destroy",
     .run = row_repeat,
     .once = named_once},
    {.name = "named-sparse",
     .what = "the same, its pages not reserved",
     .run = row_repeat,
     .once = sparse_once},
};

const struct row_group group_ours = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
