// SPDX-License-Identifier: Apache-2.0
#include "core/end.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <multiprocessing/finalize.h>

#include "core/arguments.h"
#include "core/children.h"
#include "core/failure.h"
#include "core/finalize.h"
#include "core/inherited.h"
#include "core/log.h"
#include "core/member.h"
#include "core/self.h"
#include "core/start.h"
#include "platform/fail.h"

// Where mp_exit() goes back to.
typedef struct exit_point {
    jmp_buf place;
    volatile int code; // it is read after the jump
} exit_point_t;

static bool by_exit_now;
// These are guarded by the lock.
static uint64_t last_finalizer; // of this process; 0 until it ends
static int64_t exit_timeout_ms = MP_FOREVER;

// Written only if it has to be: a forked child would copy its page.
static void forget_exit_point(void)
{
    mp_plat_local_t *local = mp_plat_local();
    if (local->exit_point != NULL) {
        local->exit_point = NULL;
    }
}

void mp__end_by_exit_now(void)
{
    by_exit_now = true;
    last_finalizer = 0;
    mp__finalizers_close(false);
    forget_exit_point();
}

// ---- the sequence ----

// A finalizer may leave it in its middle. Whatever was done is not done again,
// so that who comes here next takes up where it stopped.
static void finish(mp_process_t *who, uint64_t last)
{
    mp__finalizers_run(who, 0, last);
    mp__children_exit(who, mp_get_exit_timeout());
    mp__finalizers_run(who, INT_MIN, last);
    mp__children_exit(who, mp_get_exit_timeout()); // that these started
}

// The end of this process: begun once, also if finalizers leave it. Returns
// the last finalizer that it is to run.
static uint64_t begin_end(void)
{
    uint64_t last = mp__finalizers_last();

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool first = last_finalizer == 0;
    if (first) {
        last_finalizer = last;
    }
    last = last_finalizer;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (first) {
        mp_log(MP_LOG_INFO, "process shutting down");
    }
    return last;
}

static void finish_process(mp_process_t *self)
{
    finish(self, begin_end());
    mp__failure_tell(self, true);
}

// ---- threads ----

int mp__end_run(mp_target_fn function, const mp_args_t *args)
{
    exit_point_t point;
    volatile uint64_t last = 0;

    if (setjmp(point.place) == 0) {
        mp_plat_local()->exit_point = &point;
        point.code = function(args);
    }
    // An mp_exit() of one of its finalizers comes back here, too.
    if (last == 0) {
        last = mp__finalizers_last();
    }
    mp_log(MP_LOG_INFO, MP__LOG_EXITING, point.code);
    finish(mp_current_process(), last);
    forget_exit_point();
    return point.code;
}

void mp__end_thread(mp_process_t *process, int code)
{
    mp__finalizers_drop(process);
    mp__args_close_ports(process->args);
    mp__member_thread_ended();
    mp__set_current(NULL);
    mp__inherited_drop(process->inherited);
    process->inherited = NULL;
    // Who waits for the event takes the lock before anything else: then this
    // thread has let go of the process already.
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->exitcode = mp_plat_exitcode(code);
    mp__children_adopt_locked(process);
    mp_plat_event_set(process->ended);
    bool last = mp__process_drop_locked(process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (last) {
        mp__process_free(process);
    }
}

// A thread of ours that calls exit() cannot be waited for, nor can the threads
// that started it: they wait for it.
static void abandon_line(mp_process_t *current)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = current; p != NULL && p->kind == MP__KIND_CHILD;
         p = p->creator) {
        p->abandoned = true;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// ---- processes ----

static void finish_thread_and_process(void)
{
    mp_process_t *current = mp_current_process();

    if (current->kind == MP__KIND_CHILD) {
        abandon_line(current);
        finish(current, begin_end());
        mp__set_current(NULL);
    }
    finish_process(mp_current_process());
}

// An mp_exit() of a finalizer comes back to `point`: exit() must not be called
// again. If a finalizer does so nevertheless, what C does not define goes on,
// on every system, with the handlers that are left: so there is another one.
void mp__at_exit(void)
{
    exit_point_t point;

    if (mp__finalizers_any()) {
        (void) mp_plat_at_exit(mp__at_exit);
    }
    (void) setjmp(point.place);
    mp_plat_local()->exit_point = &point;
    finish_thread_and_process();
    forget_exit_point();
    mp__finalizers_close(true);
    mp__finalizers_drop(mp_current_process());
}

// A child's end comes before its atexit handlers, as in Python. In a process
// that is no child it is one of them.
void mp_exit(int code)
{
    exit_point_t *point = mp_plat_local()->exit_point;

    if (point != NULL) {
        point->code = code;
        longjmp(point->place, 1);
    }
    mp_log(MP_LOG_INFO, MP__LOG_EXITING, code);
    if (by_exit_now || mp__in_child()) {
        finish_process(mp_current_process());
    }
    if (!by_exit_now) {
        exit(code);
    }
    (void) fflush(NULL);
    mp_plat_exit_now(code);
}

// ---- on request ----

int mp_set_exit_timeout(int64_t timeout_ms)
{
    int r = mp__ready();
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    exit_timeout_ms =
        timeout_ms < 0 && timeout_ms != MP_FOREVER ? 0 : timeout_ms;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

int64_t mp_get_exit_timeout(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int64_t timeout_ms = exit_timeout_ms;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return timeout_ms;
}

static int shut_down_children(const mp_process_t *who, int64_t deadline)
{
    char names[200];

    mp__children_shut_down(who, deadline);
    size_t left = mp__children_left(who, names, sizeof(names));
    return left == 0 ? 0
                     : mp__fail(MP_ETIMEDOUT, 0, "%zu children run still: %s",
                                left, names);
}

int mp_shutdown(int64_t timeout_ms)
{
    int64_t deadline = mp__deadline(timeout_ms);
    const mp_process_t *who = mp_current_process();
    uint64_t last = mp__finalizers_last();

    mp__finalizers_run(who, 0, last);
    int r = shut_down_children(who, deadline);
    if (r == 0) {
        mp__finalizers_run(who, INT_MIN, last);
        r = shut_down_children(who, deadline); // that these started
    }
    return r;
}
