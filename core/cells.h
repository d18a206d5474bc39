// SPDX-License-Identifier: Apache-2.0
// Slabs: spans of four units, cut into cells of one size. A slab belongs to one
// process, which alone gives its cells away; anybody may give one back.
#ifndef MP_CORE_CELLS_H
#define MP_CORE_CELLS_H

#include "core/object.h"

#define MP__CELL_MOST ((size_t) 2048)
#define MP__CELL_CLASSES 6 // 64 bytes to 2048

// What lies at the start of a slab.
typedef struct mp__slab {
    uint32_t class;
    uint32_t cells;
    uint32_t first;  // offset of cell 0 in the slab
    uint32_t next;   // of the same owner and class, in a ring: unit plus one
    mp_word_t begun; // cells from here on were never used in this slab
    uint32_t generation; // in which these begin
    _Atomic uint64_t used[4];
} mp__slab_t;

// The lock of this process's slabs and of what it counts; held for moments, and
// over its forks. After the heap's.
void mp__busy_lock(void);
void mp__busy_unlock(void);

// A cell, RESERVED. MP_ENOSPC.
int mp__cell_take(size_t size, mp__object_t **cell);
// The object in the cell has no hold left. Not with the busy lock.
void mp__cell_free(mp__object_t *cell);
// The same with it, if its state is this one still: false if another has marked
// it.
bool mp__cell_try_free_busy(mp__object_t *cell, uint64_t state);
// Finishes that for a dead process that was about to.
void mp__cell_finish(mp__object_t *cell);
// The object in a cell of a slab, NULL if it is free.
mp__object_t *mp__cell_at(mp__slab_t *slab, uint32_t index);
// Whether a cell that is in use begins there.
bool mp__cell_is(mp__slab_t *slab, const mp__object_t *cell);
// Gives back a slab that is empty and in no ring, or all that are empty. With
// the heap's lock.
void mp__slab_free_locked(uint32_t unit);
void mp__slabs_trim_locked(void);
// A slab that this process owns from now on. Without the heap's lock.
void mp__slab_adopt(uint32_t unit);

#endif
