// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include "core/end.h"
#include "core/self.h"
#include "platform/fail.h"

// In the child: it never returns. What it holds of the parent's objects is a
// copy that it leaves alone.
static MP_NORETURN void run_child(const mp_process_t *process,
                                  mp_target_fn function,
                                  const mp__origin_t *origin,
                                  const mp_plat_child_t *parent)
{
    mp__end_by_exit_now();
    mp__become_child(origin, parent);
    mp_exit(function(process->args));
}

static int make_origin(const mp_process_t *process, mp__origin_t *origin)
{
    origin->daemon = process->daemon;
    origin->depth = process->depth;
    origin->parent_name = mp_current_process()->name;
    return mp__origin_make(origin, process->name, process->identity,
                           process->authkey, process->authkey_size);
}

int mp__start_fork(mp_process_t *process)
{
    mp_plat_child_t child = {0, MP_PLAT_NONE, MP_PLAT_NONE, NULL};
    mp_target_fn function = NULL;
    mp__origin_t origin;

    int r = mp__start_function(process, &function);
    if (r == 0) {
        r = make_origin(process, &origin);
    }
    if (r < 0) {
        return r;
    }
    r = mp_plat_fork(&child);
    if (r > 0) {
        run_child(process, function, &origin, &child);
    }
    mp__origin_free(&origin);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child = child;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}
