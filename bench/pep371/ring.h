// SPDX-License-Identifier: Apache-2.0
// A ring of integers that grows: what is in a queue of threads.
#ifndef PEP_RING_H
#define PEP_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// All zero is an empty ring.
typedef struct pep_ring {
    int64_t *items;
    size_t room; // a power of two, or 0
    size_t first;
    size_t count;
} pep_ring_t;

// Twice the room; false without memory.
bool pep_ring_grow(pep_ring_t *ring);

void pep_ring_destroy(pep_ring_t *ring);

// Both are inline, since the queue is a limit that others are measured by.
static inline bool pep_ring_put(pep_ring_t *ring, int64_t item)
{
    if (ring->count == ring->room && !pep_ring_grow(ring)) {
        return false;
    }
    ring->items[(ring->first + ring->count++) & (ring->room - 1)] = item;
    return true;
}

// The ring must have an item.
static inline int64_t pep_ring_get(pep_ring_t *ring)
{
    int64_t item = ring->items[ring->first];

    ring->first = (ring->first + 1) & (ring->room - 1);
    ring->count--;
    return item;
}

#endif
