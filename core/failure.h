// SPDX-License-Identifier: Apache-2.0
// What a child says of its failure, on its way to the parent: a forked one
// leaves it in the note that both share, a spawned one sends it.
#ifndef MP_CORE_FAILURE_H
#define MP_CORE_FAILURE_H

#include "core/process.h"

// In a new child: what its parent had still to say is not its own.
void mp__failure_forget(void);

// Tells the parent what mp_failure() was given last, if it was not told yet.
// `at_the_end`: for the last time.
void mp__failure_tell(mp_process_t *self, bool at_the_end);

// What a child that has ended said last; NULL if nothing.
char *mp__failure_read(const mp_plat_child_t *child);

#endif
