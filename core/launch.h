// SPDX-License-Identifier: Apache-2.0
// What is run for a spawned process.
#ifndef MP_CORE_LAUNCH_H
#define MP_CORE_LAUNCH_H

#include <multiprocessing/launch.h>

#include "core/process.h"

struct mp_launch {
    char *path; // NULL: the running program
    char **arguments;
    char **environment;
    char *directory;
};

// Asks all that have a say, in their order. What it fills is released with
// mp__launch_free(), after a failure too.
int mp__launch_prepare(mp_process_t *process, mp_launch_t *launch);
void mp__launch_free(mp_launch_t *launch);

#endif
