// SPDX-License-Identifier: Apache-2.0
// On which processors this process and its children run.
#ifndef BENCH_SYNC_PROCESSORS_H
#define BENCH_SYNC_PROCESSORS_H

#include <stdbool.h>

// Whether this system lets a process choose.
extern const bool processors_can_limit;

// On one of those that it may run on, or again on all of them. 0, or -1 after
// saying why.
int processors_limit(void);
void processors_restore(void);
// In a child that may use a whole processor: an ordinary priority, whatever its
// parent was given, so that its parent gets to stop it.
void processors_share(void);

#endif
