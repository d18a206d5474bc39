// SPDX-License-Identifier: Apache-2.0
// The children of this process that were started and not yet collected.
#ifndef MP_CORE_CHILDREN_H
#define MP_CORE_CHILDREN_H

#include "core/process.h"

// The list holds a reference to each. Removing drops it: the caller has one.
void mp__children_add_locked(mp_process_t *process);
void mp__children_remove_locked(mp_process_t *process);

// A thread of ours has ended: what it leaves running are children of this
// process, and so is what it created and another starts.
void mp__children_adopt_locked(const mp_process_t *thread);

// After a fork, in the child: the list of its parent, which is none of its own.
mp_process_t *mp__children_forget(void);

// Collects those that ended and that nobody holds any more. It looks at no more
// than `most` of them, and at others the next time.
void mp__children_collect(size_t most);

// The end of `keeper`, as PEP 371 has it: its daemonic children are
// terminated, killed and given up, each in bounded time, the others joined
// within `timeout_ms`. What is left then is not waited for again.
void mp__children_exit(const mp_process_t *keeper, int64_t timeout_ms);

// The same where `keeper` goes on: all within the deadline, daemonic threads
// too, and what is left stays to be asked for.
void mp__children_shut_down(const mp_process_t *keeper, int64_t deadline);
// How many that is, and their names, as far as there is room.
size_t mp__children_left(const mp_process_t *keeper, char *names, size_t size);

#endif
