// SPDX-License-Identifier: Apache-2.0
// Whether the arena is whole. For tests.
#ifndef MP_CORE_CHECK_H
#define MP_CORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

// What is in it.
typedef struct mp__census {
    size_t bytes;      // in blocks and slabs
    size_t slab_bytes; // of these
    size_t blocks;     // objects with a span of their own
    size_t cells;      // in use, but for holders
    size_t holders;    // holds of processes that did not make what they hold
    size_t limbo;      // objects that wait for forked processes
    size_t members;    // slots that are not free
} mp__census_t;

// 0, or MP_ESYSTEM with what is wrong. `quiet`: no other process is at work
// and the dead are recovered, so that nothing may be half done: then also each
// object is looked at, and its owner must live or others hold it.
int mp__arena_check(mp__census_t *census, bool quiet);

#endif
