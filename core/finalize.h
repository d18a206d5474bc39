// SPDX-License-Identifier: Apache-2.0
// The finalizers of this process and of its threads of ours.
#ifndef MP_CORE_FINALIZE_H
#define MP_CORE_FINALIZE_H

#include <stdbool.h>
#include <stdint.h>

#include <multiprocessing/finalize.h>

#include "core/process.h"

// Finalizers are numbered as they are registered. The last number that an end
// which begins now is to run: some more than there are, because finalizers may
// register others, but not any number, so that an end is one.
uint64_t mp__finalizers_last(void);

// Runs those of `owner` whose priority is at least `lowest`. Each is off the
// list before it is called: it may leave this function by mp_exit() or
// longjmp(), and whoever calls it again takes up where it stopped.
void mp__finalizers_run(const mp_process_t *owner, int lowest, uint64_t last);

// Whether there are any in this process.
bool mp__finalizers_any(void);

// Forgets those of an owner that has ended: none of them runs any more.
void mp__finalizers_drop(const mp_process_t *owner);

// No more are taken: this process is past its end. Or they are again: a child
// that was forked there is not.
void mp__finalizers_close(bool closed);

#endif
