// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/process.h>

#include "core/join.h"
#include "core/process.h"
#include "core/whose.h"
#include "platform/fail.h"

// Looking for the tree may take a while, so it is done without the lock. The
// child is not collected meanwhile: its number stays its own.
static const char *enter(mp_process_t *process, bool *thread, bool *collected)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_started(process);
    if (why_not == NULL && process->kind != MP__KIND_CHILD) {
        why_not = "only children are ended";
    }
    *thread = process->ended != NULL;
    *collected = process->phase != MP__PHASE_RUNNING;
    if (why_not == NULL && !*thread) {
        process->walkers++;
        process->waiters++;
        mp__process_hold_locked(process);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not;
}

// MP_EACCES is about others: the child itself was signalled.
static void leave(mp_process_t *process, enum mp_plat_signal signal, bool done)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->walkers--;
    process->terminated |= done && signal == MP_PLAT_TERMINATE;
    process->killed |= done && signal == MP_PLAT_KILL;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__handles_leave(process);
}

static int signal_tree(mp_process_t *process, enum mp_plat_signal signal)
{
    bool thread = false;
    bool collected = false;

    if (process == NULL) {
        return mp__null_process();
    }
    const char *why_not = enter(process, &thread, &collected);
    if (why_not != NULL) {
        return mp__state_error(why_not);
    }
    if (thread) {
        return mp__fail(MP_ENOTSUP, 0, "a thread cannot be ended");
    }
    int r = mp_plat_tree_signal(&process->child, signal, collected);
    leave(process, signal, !collected && (r == 0 || r == MP_EACCES));
    return r;
}

int mp_process_terminate_tree(mp_process_t *process)
{
    return signal_tree(process, MP_PLAT_TERMINATE);
}

int mp_process_kill_tree(mp_process_t *process)
{
    return signal_tree(process, MP_PLAT_KILL);
}
