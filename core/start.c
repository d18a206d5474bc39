// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/children.h"
#include "core/context.h"
#include "core/log.h"
#include "core/self.h"
#include "core/target.h"
#include "platform/fail.h"

#define NS_PER_MS 1000000
#define LOOKS 8 // at older children, so that many of them slow no start down

int64_t mp__deadline(int64_t timeout_ms)
{
    if (timeout_ms == MP_FOREVER) {
        return MP_PLAT_NEVER;
    }
    if (timeout_ms <= 0) {
        return MP_PLAT_AT_ONCE;
    }
    int64_t now = mp_plat_now();
    if (timeout_ms > (MP_PLAT_NEVER - now) / NS_PER_MS - 1) {
        return MP_PLAT_NEVER;
    }
    return now + timeout_ms * NS_PER_MS;
}

int mp__start_function(const mp_process_t *process, mp_target_fn *function)
{
    const mp_target_t *target = NULL;

    if (process->function != NULL) {
        *function = process->function;
        return 0;
    }
    int r = mp__target_find(process->target_name, NULL, &target);
    if (r == 0) {
        *function = target->function;
    }
    return r;
}

// Too many generations are a child that starts itself again and again.
static int check_depth(const mp_process_t *process)
{
    if (process->depth <= MP__DEPTH_MOST) {
        return 0;
    }
    return mp__fail(MP_EDEPTH, 0,
                    "its creator is %d generations down; does a child start "
                    "itself again and again?",
                    process->depth - 1);
}

static const char *refusal(const mp_process_t *process,
                           const mp_process_t *current)
{
    if (process->kind != MP__KIND_CHILD) {
        return "only a process that was created can be started";
    }
    if (process->generation != mp__generation()) {
        return "a process can only be started by the process that created it";
    }
    if (process->phase == MP__PHASE_CLOSED) {
        return "the process is closed";
    }
    if (process->phase != MP__PHASE_NEW) {
        return "a process can be started only once";
    }
    return current->daemon ? "daemonic processes may not have children" : NULL;
}

// The system's count of ends for want of memory is looked at before the first
// child, and again in a forked child, where the parent's may be old.
static void begin_count_locked(void)
{
    static unsigned counted; // the generation, and one

    if (counted != mp__generation() + 1) {
        counted = mp__generation() + 1;
        mp_plat_oom_begin();
    }
}

static int begin(mp_process_t *process)
{
    mp_process_t *current = mp_current_process();
    char *old_failure = NULL; // of a start that failed before

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = refusal(process, current);
    if (why_not == NULL) {
        process->phase = MP__PHASE_STARTING;
        old_failure = process->failure;
        process->failure = NULL;
        begin_count_locked();
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(old_failure);
    return why_not == NULL ? 0 : mp__fail(MP_ESTATE, 0, "%s", why_not);
}

static void finish(mp_process_t *process, int r)
{
    char *failure = r < 0 ? mp__copy_text(mp__fail_last()->message) : NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (r < 0) {
        process->phase = MP__PHASE_NEW;
        process->failure = failure;
    } else {
        process->phase = MP__PHASE_RUNNING;
        mp__children_add_locked(process);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// What is buffered would come out of the child again, or out of order. Other
// streams are left alone: one that another thread is reading would block.
static void flush_streams(void)
{
    (void) fflush(stdout);
    (void) fflush(stderr);
}

int mp_process_start(mp_process_t *process)
{
    if (process == NULL) {
        return mp__fail(MP_EINVAL, 0, "the process is NULL");
    }
    int r = begin(process);
    if (r < 0) {
        return r;
    }
    mp__children_collect(LOOKS);
    flush_streams();
    r = check_depth(process);
    if (r == 0) {
        r = process->context->start(process);
    }
    finish(process, r);
    mp__log_start(process, r);
    return r;
}
