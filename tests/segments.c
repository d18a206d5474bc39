// SPDX-License-Identifier: Apache-2.0
#include "tests/segments.h"

#include <stdio.h>
#include <string.h>

const char *segment_name(void)
{
    static char name[30]; // as long as macOS takes
    static unsigned number;

    (void) snprintf(name, sizeof(name), "mp-%lld-%u",
                    (long long) test_own_pid(), number++);
    return name;
}

mp_shared_memory_t *segment_create(const char *name, size_t size)
{
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_create(&memory, name, size, NULL), 0);
    assert_non_null(memory);
    return memory;
}

mp_shared_memory_t *segment_open(const char *name)
{
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_open(&memory, name, NULL), 0);
    assert_non_null(memory);
    return memory;
}

bool segment_exists(const char *name)
{
    mp_shared_memory_t *memory = NULL;

    int r = mp_shared_memory_open(&memory, name, NULL);
    mp_shared_memory_destroy(memory);
    assert_true(r == 0 || r == MP_ENOENT);
    return r == 0;
}

void segment_end(mp_shared_memory_t *memory)
{
    char name[100];

    (void) snprintf(name, sizeof(name), "%s", mp_shared_memory_name(memory));
    assert_int_equal(mp_shared_memory_unlink(memory), 0);
    mp_shared_memory_destroy(memory);
    assert_false(segment_exists(name));
}
