// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include "core/end.h"
#include "core/self.h"

static void thread_main(void *argument)
{
    mp_process_t *process = argument;

    mp__set_current(process);
    mp__end_thread(process, mp__end_run(process->function, process->args));
}

static void set_pid(mp_process_t *process, int64_t pid)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child.pid = pid;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// The thread holds the process until it has told its end.
int mp__start_thread(mp_process_t *process)
{
    int r = mp__start_function(process, &process->function);
    if (r < 0) {
        return r;
    }
    if (process->ended == NULL) {
        r = mp_plat_event_create(&process->ended);
        if (r < 0) {
            return r;
        }
    }
    set_pid(process, mp_plat_pid());
    mp__process_hold(process);
    r = mp_plat_thread_start(thread_main, process);
    if (r < 0) {
        mp__process_release(process);
        set_pid(process, 0);
    }
    return r;
}
