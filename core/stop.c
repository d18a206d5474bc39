// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/process.h>

#include "core/process.h"
#include "core/self.h"
#include "core/whose.h"
#include "platform/fail.h"

#define TERMINATE_MS 1000 // from terminate to kill
#define KILL_MS 10000     // from kill to giving up

// ---- in the parent ----

static bool is_thread(const mp_process_t *process)
{
    return process->ended != NULL;
}

// A child that cannot see the request, or never looked for one, may have a
// handler of SIGTERM, and if not it has nothing to say.
static int ask_child_locked(mp_process_t *process)
{
    mp_plat_stop_t *stop = process->child.stop;

    if (stop != NULL && mp_plat_stop_ask(stop)) {
        return 0;
    }
    process->terminated = true;
    return mp_plat_child_signal(&process->child, MP_PLAT_TERMINATE);
}

static int ask_locked(mp_process_t *process)
{
    atomic_store(&process->stop_asked, true);
    if (!is_thread(process)) {
        return ask_child_locked(process);
    }
    if (process->stop_event != NULL) {
        mp_plat_event_set(process->stop_event);
    }
    return 0;
}

// `*terminated`: it was, which needs not be tried again.
static int ask(mp_process_t *process, bool *terminated)
{
    int r = 0;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const char *why_not = mp__not_started(process);
    if (why_not == NULL && process->kind != MP__KIND_CHILD) {
        why_not = "only children are stopped";
    }
    if (why_not == NULL && process->phase == MP__PHASE_RUNNING) {
        r = ask_locked(process);
    }
    *terminated = process->terminated;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not == NULL ? r : mp__state_error(why_not);
}

int mp_process_stop(mp_process_t *process, int64_t grace_ms)
{
    bool terminated = false;

    if (process == NULL) {
        return mp__null_process();
    }
    int r = ask(process, &terminated);
    if (r == 0) {
        r = mp_process_join(process, grace_ms);
    }
    if (r != MP_ETIMEDOUT || is_thread(process)) {
        return r;
    }
    if (!terminated) {
        r = mp_process_terminate(process);
        if (r == 0) {
            r = mp_process_join(process, TERMINATE_MS);
        }
    }
    if (r == MP_ETIMEDOUT) {
        r = mp_process_kill(process);
        if (r == 0) {
            r = mp_process_join(process, KILL_MS);
        }
    }
    return r;
}

// ---- in the child ----

bool mp_stop_requested(void)
{
    const mp_process_t *process = mp_current_process();

    if (process->kind == MP__KIND_CHILD) {
        return atomic_load(&process->stop_asked);
    }
    const mp_plat_child_t *parent = mp__parent_link();
    return parent != NULL && parent->stop != NULL &&
           mp_plat_stop_asked(parent->stop);
}

static int thread_handle(mp_process_t *process, intptr_t *handle)
{
    int r = 0;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (process->stop_event == NULL) {
        r = mp_plat_event_create(&process->stop_event);
        if (r == 0 && atomic_load(&process->stop_asked)) {
            mp_plat_event_set(process->stop_event);
        }
    }
    if (r == 0) {
        r = mp_plat_event_handle(process->stop_event, handle);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

int mp_stop_handle(intptr_t *handle)
{
    mp_process_t *process = mp_current_process();

    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    if (process->kind == MP__KIND_CHILD) {
        return thread_handle(process, handle);
    }
    const mp_plat_child_t *parent = mp__parent_link();
    if (parent == NULL) {
        return mp__state_error("this process was not started by the library");
    }
    if (parent->stop == NULL) {
        return mp__fail(MP_ENOTSUP, 0,
                        "the system gave no memory for a stop request");
    }
    return mp_plat_stop_handle(parent->stop, handle);
}
