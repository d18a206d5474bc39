// SPDX-License-Identifier: Apache-2.0
// On which processor a process runs.
#ifndef BENCH_QUEUE_PIN_H
#define BENCH_QUEUE_PIN_H

#include <stdbool.h>

// Whether this system lets a process choose.
extern const bool pin_works;

// This process stays on one of those that it may run on: 0 the first of them, 1
// the next one, and so on, around. 0, or -1 after saying why.
int pin_to(unsigned which);

#endif
