// SPDX-License-Identifier: Apache-2.0
// What is left of a process once it has ended.
#include <multiprocessing/process.h>

#include "core/join.h"
#include "core/log.h"
#include "core/process.h"
#include "core/self.h"
#include "core/settings.h"
#include "core/whose.h"
#include "platform/fail.h"

// ---------------------------------------------------------------------

int mp_process_close(mp_process_t *process)
{
    mp_plat_child_t unused = MP_PLAT_NO_CHILD;
    intptr_t pipes[MP__STREAMS] = {MP_PLAT_NONE, MP_PLAT_NONE, MP_PLAT_NONE};
    const char *why_not = NULL;

    if (process == NULL) {
        return mp__null_process();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (process->phase != MP__PHASE_CLOSED) {
        why_not = mp__not_mine(process);
        if (why_not == NULL && (process->kind != MP__KIND_CHILD ||
                                process->phase == MP__PHASE_STARTING ||
                                (process->phase == MP__PHASE_RUNNING &&
                                 !mp__collect_locked(process)))) {
            why_not = "a process that runs cannot be closed; join it first";
        }
    }
    if (why_not == NULL) {
        process->phase = MP__PHASE_CLOSED;
        unused = mp__take_handles_locked(process);
        for (int i = 0; i < MP__STREAMS; i++) {
            pipes[i] = process->pipes[i];
            process->pipes[i] = MP_PLAT_NONE;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
    mp_plat_child_close(&unused);
    mp__handles_close(pipes);
    return why_not == NULL ? 0 : mp__state_error(why_not);
}

// Looks whether a child has ended, so that what is asked of it is up to date.
static void refresh_locked(mp_process_t *process)
{
    if (process->kind == MP__KIND_CHILD &&
        process->generation == mp__generation()) {
        (void) mp__collect_locked(process);
    }
}

int mp_process_exitcode(mp_process_t *process)
{
    if (process == NULL) {
        return MP_EXITCODE_NONE;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    refresh_locked(process);
    bool ended = process->phase >= MP__PHASE_ENDED;
    int exitcode = ended ? process->exitcode : MP_EXITCODE_NONE;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
    return exitcode;
}

static mp_exit_cause_t signal_cause(const mp_process_t *process)
{
    const int terminated = -15; // on every system
    const int killed = -9;

    if (process->killed && process->exitcode == killed) {
        return MP_EXIT_KILLED;
    }
    return process->terminated && process->exitcode == terminated
               ? MP_EXIT_TERMINATED
               : MP_EXIT_SIGNAL;
}

static mp_exit_cause_t cause_locked(const mp_process_t *process)
{
    bool thread = process->ended != NULL;

    if (process->phase < MP__PHASE_ENDED) {
        return MP_EXIT_NONE;
    }
    switch (thread ? MP_PLAT_HOW_EXIT : process->how) {
    case MP_PLAT_HOW_EXIT:
        return atomic_load(&process->stop_asked) ? MP_EXIT_STOPPED
                                                 : MP_EXIT_RETURNED;
    case MP_PLAT_HOW_SIGNAL:
        return signal_cause(process);
    case MP_PLAT_HOW_STATUS:
        return MP_EXIT_STATUS;
    default:
        return MP_EXIT_UNKNOWN;
    }
}

mp_exit_cause_t mp_process_exit_cause(mp_process_t *process, int *detail)
{
    mp_exit_cause_t cause = MP_EXIT_NONE;
    int code = 0;

    if (process != NULL) {
        mp_plat_lock(MP_PLAT_LOCK_STATE);
        refresh_locked(process);
        cause = cause_locked(process);
        code = process->exitcode;
        mp_plat_unlock(MP_PLAT_LOCK_STATE);
        mp__log_ended();
    }
    if (detail != NULL) {
        bool signal = cause == MP_EXIT_SIGNAL || cause == MP_EXIT_TERMINATED ||
                      cause == MP_EXIT_KILLED;
        bool known = cause != MP_EXIT_NONE && cause != MP_EXIT_UNKNOWN;
        *detail = !known ? 0 : signal ? -code : code;
    }
    return cause;
}

const char *mp_process_failure(mp_process_t *process)
{
    if (process == NULL || process->kind != MP__KIND_CHILD) {
        return NULL;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    refresh_locked(process);
    bool running = process->phase == MP__PHASE_STARTING ||
                   process->phase == MP__PHASE_RUNNING;
    const char *failure = running ? NULL : process->failure;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
    return failure;
}

int mp_process_usage(mp_process_t *process, mp_usage_t *usage)
{
    if (process == NULL || usage == NULL) {
        return mp__fail(MP_EINVAL, 0, "a NULL pointer for the usage");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    refresh_locked(process);
    bool ended = process->phase >= MP__PHASE_ENDED;
    bool known = process->usage_known;
    if (ended && known) {
        *usage = process->usage;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
    if (!ended) {
        return mp__state_error("the process has not ended");
    }
    return known ? 0
                 : mp__fail(MP_ENOTSUP, 0,
                            "what this process has used is not known");
}

int mp_process_sentinel(mp_process_t *process, intptr_t *sentinel)
{
    int r = 0;

    if (process == NULL || sentinel == NULL) {
        return mp__fail(MP_EINVAL, 0, "a NULL pointer for the sentinel");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_started(process);
    if (why_not == NULL && process->kind != MP__KIND_CHILD) {
        why_not = "only children have a sentinel";
    }
    if (why_not == NULL && process->ended != NULL) {
        r = mp_plat_event_handle(process->ended, sentinel);
    } else if (why_not == NULL) {
        *sentinel = process->child.end;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not == NULL ? r : mp__state_error(why_not);
}
