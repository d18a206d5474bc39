// SPDX-License-Identifier: Apache-2.0
#include "core/end.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/children.h"
#include "core/failure.h"
#include "core/self.h"

// Where mp_exit() of a thread goes back to.
typedef struct exit_point {
    jmp_buf place;
    volatile int code; // it is read after the jump
} exit_point_t;

static bool by_exit_now;
static bool finished; // of this process: done once, also after a fork in it

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
    finished = false;
    forget_exit_point();
}

int mp__end_run(mp_target_fn function, const mp_args_t *args)
{
    exit_point_t point;

    if (setjmp(point.place) != 0) {
        return ((exit_point_t *) mp_plat_local()->exit_point)->code;
    }
    mp_plat_local()->exit_point = &point;
    return function(args);
}

void mp__end_thread(mp_process_t *process, int code)
{
    mp__children_end(process);
    forget_exit_point();
    mp__set_current(NULL);
    // Who waits for the event takes the lock before anything else: then this
    // thread has let go of the process already.
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->exitcode = mp_plat_exitcode(code);
    mp_plat_event_set(process->ended);
    bool last = mp__process_drop_locked(process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (last) {
        mp__process_free(process);
    }
}

static void finish_process(mp_process_t *self)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool again = finished;
    finished = true;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (!again) {
        mp__children_end(self);
        mp__failure_tell(self, true);
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

void mp__at_exit(void)
{
    abandon_line(mp_current_process());
    mp__set_current(NULL);
    finish_process(mp_current_process());
}

void mp_exit(int code)
{
    exit_point_t *point = mp_plat_local()->exit_point;

    if (point != NULL) {
        point->code = code;
        longjmp(point->place, 1);
    }
    if (!by_exit_now) {
        exit(code); // finish_process() runs among the atexit handlers
    }
    finish_process(mp_current_process());
    (void) fflush(NULL);
    mp_plat_exit_now(code);
}
