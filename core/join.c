// SPDX-License-Identifier: Apache-2.0
#include "core/join.h"

#include "core/children.h"
#include "core/message.h"
#include "core/self.h"
#include "core/start.h"
#include "platform/fail.h"

// ---- collecting ------------------------------------------------------------

// A child says at most one thing before it ends; nothing is waited for.
static char *read_failure(const mp_process_t *process)
{
    mp__message_t message;

    if (mp__message_receive(process->child.channel, &message, MP_PLAT_AT_ONCE) <
            0 ||
        message.kind != MP__MESSAGE_FAILURE) {
        return NULL;
    }
    return mp__copy_text(message.text);
}

static bool collect_child(mp_process_t *process)
{
    mp_plat_end_t end;

    if (mp_plat_child_collect(&process->child, &end) == 0) {
        return false;
    }
    process->exitcode = end.exitcode;
    process->usage_known = end.usage_known;
    process->usage = (mp_usage_t){end.user_us, end.system_us, end.peak_memory};
    process->failure = read_failure(process);
    return true;
}

// The event is the thread's last step, so joining it does not wait.
static bool collect_thread(mp_process_t *process)
{
    if (mp_plat_event_wait(process->ended, MP_PLAT_AT_ONCE) < 0) {
        return false;
    }
    mp_plat_thread_join(process->thread);
    process->thread = NULL;
    return true;
}

bool mp__collect_locked(mp_process_t *process)
{
    if (process->phase == MP__PHASE_RUNNING) {
        bool ended = process->thread != NULL ? collect_thread(process)
                                             : collect_child(process);
        if (ended) {
            process->phase = MP__PHASE_ENDED;
            mp__children_remove_locked(process);
        }
    }
    return process->phase == MP__PHASE_ENDED;
}

// ---- who may ask what
// ------------------------------------------------------------

static const char *not_mine(const mp_process_t *process)
{
    if (process->kind == MP__KIND_SELF) {
        return "a process cannot do this with itself";
    }
    if (process->generation != mp__generation()) {
        return "this is no child of this process";
    }
    if (process->phase == MP__PHASE_CLOSED) {
        return "the process is closed";
    }
    return NULL;
}

static const char *not_started(const mp_process_t *process)
{
    const char *why_not = not_mine(process);
    if (why_not == NULL && process->phase < MP__PHASE_RUNNING) {
        why_not = "the process has not been started";
    }
    return why_not;
}

static int state_error(const char *why_not)
{
    return mp__fail(MP_ESTATE, 0, "%s", why_not);
}

static int null_error(void)
{
    return mp__fail(MP_EINVAL, 0, "the process is NULL");
}

// ---- waiting
// -----------------------------------------------------------------------

// A waiting thread uses the handles without the lock: they are closed by the
// last one to leave if the process was closed meanwhile.
static const char *enter(mp_process_t *process)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = not_started(process);
    if (why_not == NULL) {
        process->waiters++;
        mp__process_hold_locked(process);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not;
}

static void leave(mp_process_t *process)
{
    mp_plat_child_t unused = {0, MP_PLAT_NONE, MP_PLAT_NONE};

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->waiters--;
    if (process->waiters == 0 && process->phase == MP__PHASE_CLOSED) {
        unused = process->child;
        process->child.end = MP_PLAT_NONE;
        process->child.channel = MP_PLAT_NONE;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp_plat_child_close(&unused);
    mp__process_release(process);
}

static int wait_once(mp_process_t *process, int64_t deadline)
{
    return process->ended != NULL
               ? mp_plat_event_wait(process->ended, deadline)
               : mp_plat_child_wait(&process->child, deadline);
}

static bool collected(mp_process_t *process)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool ended = process->kind == MP__KIND_PARENT ||
                 process->phase == MP__PHASE_CLOSED ||
                 mp__collect_locked(process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return ended;
}

static int wait_until(mp_process_t *process, int64_t deadline)
{
    for (;;) {
        int r = wait_once(process, deadline);
        if (r < 0 || collected(process)) {
            return r;
        }
    }
}

int mp_process_join(mp_process_t *process, int64_t timeout_ms)
{
    if (process == NULL) {
        return null_error();
    }
    const char *why_not = enter(process);
    if (why_not != NULL) {
        return state_error(why_not);
    }
    int r = wait_until(process, mp__deadline(timeout_ms));
    leave(process);
    if (r == MP_ETIMEDOUT) {
        return mp__fail(r, 0, "the process runs still");
    }
    return r;
}

int mp_process_is_alive(mp_process_t *process)
{
    if (process == NULL) {
        return null_error();
    }
    if (process == mp_current_process()) {
        return 1;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = not_mine(process);
    bool started = process->phase >= MP__PHASE_RUNNING;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (process->kind == MP__KIND_SELF) {
        return 1; // seen from one of its threads
    }
    if (why_not != NULL) {
        return state_error(why_not);
    }
    return started && mp_process_join(process, 0) == MP_ETIMEDOUT ? 1 : 0;
}

// ---- signals
// -------------------------------------------------------------------------

// The lock is held while the signal is sent, so that it cannot come after the
// process was collected and its number given to another.
static int send_signal(mp_process_t *process, enum mp_plat_signal signal)
{
    int r = 0;

    if (process == NULL) {
        return null_error();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = not_started(process);
    if (why_not == NULL && process->kind != MP__KIND_CHILD) {
        why_not = "only children are ended";
    }
    bool thread = process->ended != NULL;
    if (why_not == NULL && !thread && process->phase == MP__PHASE_RUNNING) {
        r = mp_plat_child_signal(&process->child, signal);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (why_not != NULL) {
        return state_error(why_not);
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

// ---- after the end
// ---------------------------------------------------------------------

int mp_process_close(mp_process_t *process)
{
    mp_plat_child_t unused = {0, MP_PLAT_NONE, MP_PLAT_NONE};
    const char *why_not = NULL;

    if (process == NULL) {
        return null_error();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (process->phase != MP__PHASE_CLOSED) {
        why_not = not_mine(process);
        if (why_not == NULL && (process->kind != MP__KIND_CHILD ||
                                process->phase == MP__PHASE_STARTING ||
                                (process->phase == MP__PHASE_RUNNING &&
                                 !mp__collect_locked(process)))) {
            why_not = "a process that runs cannot be closed; join it first";
        }
    }
    if (why_not == NULL) {
        process->phase = MP__PHASE_CLOSED;
        if (process->waiters == 0) {
            unused = process->child;
            process->child.end = MP_PLAT_NONE;
            process->child.channel = MP_PLAT_NONE;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp_plat_child_close(&unused);
    return why_not == NULL ? 0 : state_error(why_not);
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
    return exitcode;
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
    if (!ended) {
        return state_error("the process has not ended");
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
    const char *why_not = not_started(process);
    if (why_not == NULL && process->ended != NULL) {
        r = mp_plat_event_handle(process->ended, sentinel);
    } else if (why_not == NULL) {
        *sentinel = process->child.end;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not == NULL ? r : state_error(why_not);
}
