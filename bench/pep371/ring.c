// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/ring.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 1024

bool pep_ring_grow(pep_ring_t *ring)
{
    size_t room = ring->room == 0 ? ROOM_FIRST : 2 * ring->room;
    size_t straight = ring->room - ring->first; // places before its end
    int64_t *items = malloc(room * sizeof(*items));

    if (items == NULL) {
        return false;
    }
    if (ring->room != 0) { // then it is full: that is why it grows
        memcpy(items, ring->items + ring->first, straight * sizeof(*items));
        memcpy(items + straight, ring->items, ring->first * sizeof(*items));
    }
    free(ring->items);
    ring->items = items;
    ring->room = room;
    ring->first = 0;
    return true;
}

void pep_ring_destroy(pep_ring_t *ring)
{
    free(ring->items);
    *ring = (pep_ring_t){.items = NULL};
}
