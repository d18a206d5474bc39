// SPDX-License-Identifier: Apache-2.0
// What the library says of the children of this process.
#include "core/log.h"

#include <stdatomic.h>

#include "core/context.h"
#include "core/self.h"
#include "platform/fail.h"

static bool is_said(int level)
{
    return mp_logger_is_enabled(mp_get_logger(), level);
}

void mp__log_start(mp_process_t *process, int r)
{
    char name[MP__LOG_NAME_SIZE];

    if (!is_said(MP_LOG_INFO)) {
        return;
    }
    mp__log_name(process, name);
    if (r < 0) {
        mp_log(MP_LOG_INFO, "%s was not started: %s", name,
               mp__fail_last()->message);
    } else {
        mp_log(MP_LOG_INFO, "%s started by %s, pid %lld", name,
               process->context->method, (long long) mp_process_pid(process));
    }
}

void mp__log_fork(mp_process_t *process)
{
    char name[MP__LOG_NAME_SIZE];

    if (!is_said(MP_LOG_WARNING) || !mp_plat_has_threads()) {
        return;
    }
    mp__log_name(process, name);
    mp_log(MP_LOG_WARNING,
           "%s is forked while other threads run here: what they have locked "
           "stays locked in it; \"spawn\" starts without that hazard",
           name);
}

// ---- ends ----

// Those whose end was seen and is still to be said, held, in a row by their
// `next`: they have left the list of children. Guarded by the state lock.
static mp_process_t *ended;
static atomic_bool some_ended;

void mp__log_ended_locked(mp_process_t *process)
{
    mp_process_t **last = &ended;

    if (!is_said(MP_LOG_INFO)) {
        return;
    }
    while (*last != NULL) {
        last = &(*last)->next;
    }
    mp__process_hold_locked(process);
    *last = process;
    atomic_store_explicit(&some_ended, true, memory_order_relaxed);
}

static mp_process_t *take_ended(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp_process_t *process = ended;
    if (process != NULL) {
        ended = process->next;
        process->next = NULL;
    }
    atomic_store_explicit(&some_ended, ended != NULL, memory_order_relaxed);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return process;
}

static void say_end(mp_process_t *process)
{
    char name[MP__LOG_NAME_SIZE];

    mp__log_name(process, name);
    if (process->exitcode == MP_EXITCODE_UNKNOWN) {
        mp_log(MP_LOG_INFO, "%s ended; another took its exit code", name);
    } else {
        mp_log(MP_LOG_INFO, "%s ended with exit code %d", name,
               process->exitcode);
    }
}

// One of another generation was noted before this process was forked: its
// parent says it.
void mp__log_ended(void)
{
    mp_process_t *process = NULL;

    if (!atomic_load_explicit(&some_ended, memory_order_relaxed)) {
        return;
    }
    while ((process = take_ended()) != NULL) {
        if (process->generation == mp__generation()) {
            say_end(process);
        }
        mp__process_release(process);
    }
}
