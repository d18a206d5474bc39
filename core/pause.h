// SPDX-License-Identifier: Apache-2.0
// How to wait for what another processor is about to do: watch closely for a
// moment, then give the processor away a few times, and then sleep. On a single
// processor nobody watches: the other side needs it.
#ifndef MP_CORE_PAUSE_H
#define MP_CORE_PAUSE_H

#include <stdbool.h>

typedef struct mp__pause {
    int step;
} mp__pause_t;

#define MP__PAUSE_NEW                                                          \
    {                                                                          \
        0                                                                      \
    }

// False once it is time to sleep.
bool mp__pause(mp__pause_t *pause);

#endif
