// SPDX-License-Identifier: Apache-2.0
// What a dead process leaves in the arena.
#ifndef MP_CORE_RECOVER_H
#define MP_CORE_RECOVER_H

#include <stdint.h>

#include "core/pages.h"

// All under the heap's lock, and as often as it takes: each step leaves what
// the next try finds.
//
// Frees what it held, finishes what it was freeing, and takes over its slabs.
void mp__recover_memory_locked(uint32_t token, uint64_t freeing);
// Makes the list of what waits for forked processes anew.
void mp__recover_list_locked(void);
// Frees what waited for forked processes that are gone.
void mp__recover_limbo_locked(void);

#endif
