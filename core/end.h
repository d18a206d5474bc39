// SPDX-License-Identifier: Apache-2.0
// How processes of ours end: finalizers and children first, then what they have
// to say, then the process or the thread.
#ifndef MP_CORE_END_H
#define MP_CORE_END_H

#include "core/process.h"

// This process, a forked child, ends without the atexit handlers and the input
// streams that it has from its parent.
void mp__end_by_exit_now(void);

// Runs a target in a thread of ours, with its finalizers and the end of its
// children; mp_exit() comes back here.
int mp__end_run(mp_target_fn function, const mp_args_t *args);
// The end of that thread: makes `process` joinable and lets go of it.
void mp__end_thread(mp_process_t *process, int code);

// The library's atexit handler.
void mp__at_exit(void);

#endif
