// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/process.h>

#include "core/process.h"
#include "core/whose.h"
#include "platform/fail.h"

// -------------------------------------------------------------------------

// The lock is held while the signal is sent, so that it cannot come after the
// process was collected and its number given to another.
static int send_signal(mp_process_t *process, enum mp_plat_signal signal)
{
    int r = 0;

    if (process == NULL) {
        return mp__null_process();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_started(process);
    if (why_not == NULL && process->kind != MP__KIND_CHILD) {
        why_not = "only children are ended";
    }
    bool thread = process->ended != NULL;
    if (why_not == NULL && !thread && process->phase == MP__PHASE_RUNNING) {
        r = mp_plat_child_signal(&process->child, signal);
        process->terminated |= r == 0 && signal == MP_PLAT_TERMINATE;
        process->killed |= r == 0 && signal == MP_PLAT_KILL;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (why_not != NULL) {
        return mp__state_error(why_not);
    }
    return thread ? mp__fail(MP_ENOTSUP, 0, "a thread cannot be ended") : r;
}

int mp_process_terminate(mp_process_t *process)
{
    return send_signal(process, MP_PLAT_TERMINATE);
}

int mp_process_kill(mp_process_t *process)
{
    return send_signal(process, MP_PLAT_KILL);
}

int mp_process_interrupt(mp_process_t *process)
{
    return send_signal(process, MP_PLAT_INTERRUPT);
}
