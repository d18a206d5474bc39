// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include "core/arguments.h"
#include "core/end.h"
#include "core/inherited.h"
#include "core/log.h"
#include "core/member.h"
#include "core/self.h"

static void thread_main(void *argument)
{
    mp_process_t *process = argument;

    mp__set_current(process);
    mp__member_thread_began();
    mp__log_silence(process->silent);
    mp_log(MP_LOG_INFO, MP__LOG_CALLING);
    int code = mp__end_run(process->function, process->args);
    if (process->generation != mp__generation()) {
        mp_exit(code); // in a child that the thread forked: the process is its
    }
    mp__end_thread(process, code);
}

// pthread_exit() in a target ends it, as in any thread.
static void thread_left(void *argument)
{
    mp_process_t *process = argument;

    if (process->generation == mp__generation()) {
        mp__end_thread(process, 0);
    }
}

static void set_pid(mp_process_t *process, int64_t pid)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child.pid = pid;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

static int begin(mp_process_t *process)
{
    int r = process->ended != NULL ? 0 : mp_plat_event_create(&process->ended);
    if (r < 0) {
        return r;
    }
    set_pid(process, mp_plat_pid());
    process->silent = mp__log_is_silent();
    mp__process_hold(process);
    r = mp_plat_thread_start(thread_main, thread_left, process);
    if (r < 0) {
        mp__process_release(process);
        set_pid(process, 0);
    }
    return r;
}

// If it does not begin, its arguments are what they were: a copy that stays
// would keep an end open.
static int begin_with_ports(mp_process_t *process)
{
    mp__port_t **originals = NULL;

    int r = mp__args_copy_ports(process->args, &originals);
    if (r < 0) {
        return r;
    }
    r = begin(process);
    if (r < 0) {
        mp__args_restore_ports(process->args, originals);
    } else {
        mp__args_drop_originals(process->args, originals);
    }
    return r;
}

// The thread holds the process until it has told its end.
int mp__start_thread(mp_process_t *process)
{
    mp_plat_setup_t unused = {.memory = MP_PLAT_NONE};

    int r = mp__start_function(process, &process->function);
    if (r == 0) {
        r = mp__inherited_copy(&process->inherited, process->settings, NULL,
                               &unused);
    }
    if (r < 0) {
        return r;
    }
    r = begin_with_ports(process);
    if (r < 0) {
        mp__inherited_drop(process->inherited);
        process->inherited = NULL;
    }
    return r;
}
