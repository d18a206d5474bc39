// SPDX-License-Identifier: Apache-2.0
#ifndef MP_CORE_JOIN_H
#define MP_CORE_JOIN_H

#include "core/process.h"

// Whether a started process has ended; if so its status is collected and it
// leaves the list of children. The caller holds the lock and a reference.
bool mp__collect_locked(mp_process_t *process);

// What a process holds of the system, taken from it to be closed without the
// lock; nothing while a thread still waits on it. The caller holds the lock.
mp_plat_child_t mp__take_handles_locked(mp_process_t *process);

// Where to wait for its end without the lock, until the thread leaves. A child,
// or the parent. MP_ESTATE, MP_EMFILE, MP_ENOMEM.
int mp__handles_enter(mp_process_t *process, intptr_t *sentinel);
// What a thread calls that used the handles without the lock: it had counted
// itself among the waiters, and holds the process.
void mp__handles_leave(mp_process_t *process);

#endif
