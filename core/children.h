// SPDX-License-Identifier: Apache-2.0
// The children of this process that were started and not yet collected.
#ifndef MP_CORE_CHILDREN_H
#define MP_CORE_CHILDREN_H

#include "core/process.h"

// The list holds a reference to each. Removing drops it: the caller has one.
void mp__children_add_locked(mp_process_t *process);
void mp__children_remove_locked(mp_process_t *process);

// After a fork, in the child: the list of its parent, which is none of its own.
mp_process_t *mp__children_forget(void);

// Collects those that ended and that nobody holds any more.
void mp__children_collect(void);

// The end of `creator`, as PEP 371 has it: its daemonic children are
// terminated, the others are joined without bound.
void mp__children_end(const mp_process_t *creator);

#endif
