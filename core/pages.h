// SPDX-License-Identifier: Apache-2.0
// The heap of the arena: spans of units. Which unit begins what is told by one
// word for each, the map, and every change of it is one store: whoever is
// killed in between leaves a map that is whole. The lists of free spans are
// only an index of it, made anew when the holder of the heap's lock has died.
#ifndef MP_CORE_PAGES_H
#define MP_CORE_PAGES_H

#include "core/arena.h"

#define MP__UNIT_ENTRY_SIZE 16

// What a span is.
typedef enum mp__span_kind {
    MP__SPAN_NONE, // not the first unit of anything
    MP__SPAN_FREE,
    MP__SPAN_BLOCK, // one object
    MP__SPAN_SLAB   // cells for small objects
} mp__span_kind_t;

typedef struct mp__span {
    mp__span_kind_t kind;
    uint32_t unit;
    uint32_t units;
    uint32_t owner; // a token
} mp__span_t;

// The lock of the heap. Its holder may die: then the next one repairs.
void mp__heap_lock(void);
void mp__heap_unlock(void);

// A new span of this process, without the lock. Its units are as their last
// owner left them; `prepare` is called with the lock before the span exists.
// What the dead had is used before memory grows. MP_ENOSPC.
int mp__span_take(uint32_t units, mp__span_kind_t kind,
                  void (*prepare)(void *memory), uint32_t *unit);

// All of these under the lock.
void mp__span_free_locked(uint32_t unit);
void mp__span_own_locked(uint32_t unit, uint32_t owner);
// The place of an object with this generation goes with its span. What is made
// in a new span begins above, or a reference to that one would open it.
void mp__retire_locked(uint32_t generation);
// The span that begins at `unit`, and false behind the last one. Follow it by
// unit + units, unless spans are freed meanwhile.
bool mp__span_at_locked(uint32_t unit, mp__span_t *span);
// A walk over all spans, in which any of them may be freed: one at a time.
void mp__span_walk_locked(void);
bool mp__span_next_locked(mp__span_t *span);

// Without the lock: of a span that cannot go meanwhile.
mp__span_t mp__span_of(uint32_t unit);

static inline void *mp__unit_address(uint32_t unit)
{
    return mp__at(mp__arena()->data_offset + (uint64_t) unit * MP__UNIT);
}

static inline uint32_t mp__unit_of(const void *address)
{
    return (uint32_t) ((mp__offset_of(address) - mp__arena()->data_offset) /
                       MP__UNIT);
}

// Whether map and index agree: the bytes in use, or MP_ESYSTEM with what is
// wrong. For tests, which call mp__arena_check().
int mp__heap_check_locked(size_t *in_use);

#endif
