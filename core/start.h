// SPDX-License-Identifier: Apache-2.0
// Starting a process, by each method.
#ifndef MP_CORE_START_H
#define MP_CORE_START_H

#include "core/process.h"

int mp__start_fork(mp_process_t *process);
int mp__start_spawn(mp_process_t *process);
int mp__start_thread(mp_process_t *process);

// The function to run in this process: what was given, or what the name finds
// here. MP_ETARGET.
int mp__start_function(const mp_process_t *process, mp_target_fn *function);

// Deadline of a timeout of the public API.
int64_t mp__deadline(int64_t timeout_ms);

// Runs the target of this spawned child, whose command line has this marker.
void mp__child_run(const char *marker) MP_NORETURN;

#endif
