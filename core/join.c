// SPDX-License-Identifier: Apache-2.0
#include "core/join.h"

#include "core/children.h"
#include "core/failure.h"
#include "core/log.h"
#include "core/member.h"
#include "core/self.h"
#include "core/start.h"
#include "core/whose.h"
#include "platform/fail.h"

#define LOOK_NS INT64_C(1000000)

// ---- collecting ----

// What a system does that is out of memory looks like a kill of another's.
static bool ran_out_of_memory(const mp_process_t *process,
                              const mp_plat_end_t *end)
{
    const int killed = -9;

    return end->how == MP_PLAT_HOW_SIGNAL && end->exitcode == killed &&
           !process->killed && mp_plat_oom_seen();
}

static bool collect_child(mp_process_t *process)
{
    mp_plat_end_t end;

    if (mp_plat_child_collect(&process->child, &end) == 0) {
        return false;
    }
    process->exitcode = end.exitcode;
    process->how =
        ran_out_of_memory(process, &end) ? MP_PLAT_HOW_MEMORY : end.how;
    process->usage_known = end.usage_known;
    process->usage = (mp_usage_t){end.user_us, end.system_us, end.peak_memory};
    process->failure = mp__failure_read(&process->child);
    return true;
}

bool mp__collect_locked(mp_process_t *process)
{
    if (process->phase == MP__PHASE_RUNNING && process->walkers == 0) {
        bool ended =
            process->ended != NULL
                ? mp_plat_event_wait(process->ended, MP_PLAT_AT_ONCE) == 0
                : collect_child(process);
        if (ended) {
            process->phase = MP__PHASE_ENDED;
            mp__children_remove_locked(process);
            mp__log_ended_locked(process);
        }
    }
    return process->phase == MP__PHASE_ENDED;
}

// ---- waiting ----

// A waiting thread uses the handles without the lock: they are closed by the
// last one to leave if the process was closed meanwhile.
static const char *enter(mp_process_t *process, int *r)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_started(process);
    if (why_not == NULL && process->kind == MP__KIND_PARENT &&
        process->child.end == MP_PLAT_NONE) {
        *r = mp_plat_parent_watch(&process->child);
    }
    if (why_not == NULL && *r == 0) {
        process->waiters++;
        mp__process_hold_locked(process);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not;
}

mp_plat_child_t mp__take_handles_locked(mp_process_t *process)
{
    mp_plat_child_t taken = MP_PLAT_NO_CHILD;

    if (process->waiters == 0) {
        const int64_t pid = process->child.pid;
        taken = process->child;
        process->child = (mp_plat_child_t) MP_PLAT_NO_CHILD;
        process->child.pid = pid;
    }
    return taken;
}

void mp__handles_leave(mp_process_t *process)
{
    mp_plat_child_t unused = MP_PLAT_NO_CHILD;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->waiters--;
    if (process->phase == MP__PHASE_CLOSED) {
        unused = mp__take_handles_locked(process);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp_plat_child_close(&unused);
    mp__process_release(process);
}

int mp__handles_enter(mp_process_t *process, intptr_t *sentinel)
{
    int r = 0;
    const char *why_not = enter(process, &r);

    if (why_not != NULL || r < 0) {
        return why_not != NULL ? mp__state_error(why_not) : r;
    }
    *sentinel = process->child.end;
    if (process->ended != NULL) {
        r = mp_plat_event_handle(process->ended, sentinel);
    }
    if (r < 0) {
        mp__handles_leave(process);
    }
    return r;
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
    mp__log_ended();
    if (ended && process->kind == MP__KIND_CHILD && process->ended == NULL) {
        mp__members_recover(process->child.pid);
    }
    return ended;
}

static int pause_until(int64_t deadline)
{
    mp_plat_event_t *never = NULL;

    int r = mp_plat_event_create(&never);
    if (r == 0) {
        (void) mp_plat_event_wait(never, deadline);
        mp_plat_event_destroy(never);
    }
    return r;
}

// One that has ended is not collected while a thread ends its tree, or while
// a debugger holds it: nothing tells when that is over.
static int wait_until(mp_process_t *process, int64_t deadline)
{
    for (;;) {
        int r = wait_once(process, deadline);
        if (r < 0 || collected(process)) {
            return r;
        }
        int64_t now = mp_plat_now();
        if (now >= deadline) {
            return MP_ETIMEDOUT;
        }
        r = pause_until(now + LOOK_NS);
        if (r < 0) {
            return r;
        }
    }
}

// A thread of ours may wait for the process that it is in, in vain: it runs
// as long as the thread does.
static int wait_for_own_process(int64_t deadline)
{
    int r = pause_until(deadline);
    return r < 0 ? r : mp__fail(MP_ETIMEDOUT, 0, "the process runs still");
}

// MP_ETIMEDOUT is not recorded: for some callers it is no failure.
static int join(mp_process_t *process, int64_t deadline)
{
    int r = 0;
    const char *why_not = enter(process, &r);
    if (why_not != NULL || r < 0) {
        return why_not != NULL ? mp__state_error(why_not) : r;
    }
    r = wait_until(process, deadline);
    mp__handles_leave(process);
    return r;
}

int mp_process_join(mp_process_t *process, int64_t timeout_ms)
{
    if (process == NULL) {
        return mp__null_process();
    }
    if (process->kind == MP__KIND_SELF && process != mp_current_process()) {
        return wait_for_own_process(mp__deadline(timeout_ms));
    }
    int r = join(process, mp__deadline(timeout_ms));
    if (r == MP_ETIMEDOUT) {
        return mp__fail(r, 0, "the process runs still");
    }
    return r;
}

int mp_process_is_alive(mp_process_t *process)
{
    if (process == NULL) {
        return mp__null_process();
    }
    if (process == mp_current_process()) {
        return 1;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_mine(process);
    bool started = process->phase >= MP__PHASE_RUNNING;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (process->kind == MP__KIND_SELF) {
        return 1; // seen from one of its threads
    }
    if (why_not != NULL) {
        return mp__state_error(why_not);
    }
    if (!started) {
        return 0;
    }
    int r = join(process, MP_PLAT_AT_ONCE);
    return r == MP_ETIMEDOUT ? 1 : r;
}
