// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include <string.h>

#include "core/arguments.h"
#include "core/end.h"
#include "core/inherited.h"
#include "core/log.h"
#include "core/member.h"
#include "core/port.h"
#include "core/self.h"
#include "core/settings.h"
#include "platform/fail.h"

// In the child: it never returns. What it holds of the parent's objects is a
// copy that it leaves alone.
static MP_NORETURN void
run_child(const mp_process_t *process, mp_target_fn function,
          const mp__origin_t *origin, const mp_plat_child_t *parent,
          mp_plat_setup_t *setup, mp__inherited_t *inherited)
{
    mp__end_by_exit_now();
    mp__become_child(origin, parent, inherited);
    mp__ports_keep(process->args);
    int r = mp__parent_tie(process->detached, process->session);
    if (r == 0 && process->interrupts != MP_DEFAULT) {
        r = mp_plat_interrupts(process->interrupts == MP_YES);
    }
    if (r == 0 && setup != NULL) {
        r = mp_plat_become(setup);
    }
    if (r < 0) {
        mp_exit(mp_failure(1, "%s", mp__fail_last()->message));
    }
    mp_log(MP_LOG_INFO, MP__LOG_CALLING);
    mp_exit(function(process->args));
}

static int fork_with(mp_process_t *process, mp_target_fn function,
                     mp_plat_setup_t *setup, const intptr_t *pipes,
                     mp__inherited_t *inherited)
{
    mp_plat_child_t child = MP_PLAT_NO_CHILD;
    mp__origin_t origin;

    int r = mp__origin_of(&origin, process);
    if (r < 0) {
        return r;
    }
    mp__log_fork(process);
    r = mp_plat_fork(&child, process->detached, setup);
    if (r > 0) {
        run_child(process, function, &origin, &child, setup, inherited);
    }
    mp__origin_free(&origin);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child = child;
    if (pipes != NULL) {
        memcpy(process->pipes, pipes, sizeof(process->pipes));
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

// What can fail is done before the fork where that is possible.
static int fork_with_settings(mp_process_t *process, mp_target_fn function)
{
    const mp__settings_t *settings = process->settings;
    mp_plat_setup_t setup = {.directory = settings->directory,
                             .memory = MP_PLAT_NONE,
                             .environment = settings->environment};
    mp__inherited_t *inherited = NULL;
    intptr_t pipes[MP__STREAMS];

    int r = mp__inherited_copy(&inherited, settings, NULL, &setup);
    if (r == 0) {
        r = mp__settings_open(settings, &setup, pipes);
    }
    if (r == 0) {
        r = fork_with(process, function, &setup, pipes, inherited);
        mp__handles_close(setup.streams);
        if (r < 0) {
            mp__handles_close(pipes);
        }
    }
    mp__inherited_drop(inherited);
    return r;
}

int mp__start_fork(mp_process_t *process)
{
    mp_target_fn function = NULL;

    int r = mp__start_function(process, &function);
    if (r == 0) {
        r = mp__args_check_ports(process->args);
    }
    if (r == 0) {
        r = mp__arena_ready(); // before the fork, so that both have the same
    }
    if (r < 0) {
        return r;
    }
    return process->settings == NULL
               ? fork_with(process, function, NULL, NULL, NULL)
               : fork_with_settings(process, function);
}
