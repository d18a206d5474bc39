// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include "core/end.h"
#include "core/self.h"
#include "platform/fail.h"

// In the child: it never returns. What it holds of the parent's objects is a
// copy that it leaves alone.
static void run_child(const mp_process_t *process, mp_target_fn function,
                      const mp_plat_child_t *parent, const char *parent_name)
{
    const mp__origin_t origin = {.name = process->name,
                                 .identity = process->identity,
                                 .parent_name = parent_name,
                                 .daemon = process->daemon,
                                 .authkey = process->authkey,
                                 .authkey_size = process->authkey_size,
                                 .depth = process->depth,
                                 .parent = parent};

    mp__end_by_exit_now();
    if (mp__become_child(&origin) < 0) {
        mp_exit(mp_failure(1, "%s", mp__fail_last()->message));
    }
    mp_exit(function(process->args));
}

int mp__start_fork(mp_process_t *process)
{
    mp_plat_child_t child = {0, MP_PLAT_NONE, MP_PLAT_NONE};
    mp_target_fn function = NULL;
    const char *parent_name = mp_process_name(mp_current_process());

    int r = mp__start_function(process, &function);
    if (r == 0) {
        r = mp_plat_fork(&child);
    }
    if (r < 0) {
        return r;
    }
    if (r > 0) {
        run_child(process, function, &child, parent_name);
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child = child;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}
