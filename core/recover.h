// SPDX-License-Identifier: Apache-2.0
// What a dead process leaves in the arena.
#ifndef MP_CORE_RECOVER_H
#define MP_CORE_RECOVER_H

#include <stdint.h>

#include "core/object.h"
#include "core/pages.h"

// All under the heap's lock, and as often as it takes: each step leaves what
// the next try finds.
//
// Frees what it held, finishes what it was freeing, and takes over its slabs.
void mp__recover_memory_locked(uint32_t token, uint64_t freeing);
// A holder lets go of its object: out of its chain, and with the last one the
// object goes.
void mp__holder_let_go_locked(mp__holder_t *holder);
// Makes the list of what waits for forked processes anew.
void mp__recover_list_locked(void);
// Frees what waited for forked processes that are gone.
void mp__recover_limbo_locked(void);

#endif
