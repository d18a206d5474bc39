// SPDX-License-Identifier: Apache-2.0
// What can be asked of a process, and set, at any time.
#include <multiprocessing/process.h>

#include <stdlib.h>

#include "core/process.h"
#include "platform/fail.h"

// ---------------------------------------------------------------

const char *mp_process_name(const mp_process_t *process)
{
    return process == NULL ? "" : process->name;
}

int mp_process_set_name(mp_process_t *process, const char *name)
{
    if (process == NULL || name == NULL) {
        return mp__fail(MP_EINVAL, 0, "the process or its name is NULL");
    }
    char *copy = mp__copy_text(name);
    if (copy == NULL) {
        return MP_ENOMEM;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    char *old = process->name_is_static ? NULL : process->name;
    process->name = copy;
    process->name_is_static = false;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(old);
    return 0;
}

int64_t mp_process_pid(const mp_process_t *process)
{
    if (process == NULL) {
        return 0;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int64_t pid = process->child.pid;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return pid;
}

bool mp_process_daemon(const mp_process_t *process)
{
    if (process == NULL) {
        return false;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool daemon = process->daemon;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return daemon;
}

int mp_process_set_daemon(mp_process_t *process, bool daemon)
{
    if (process == NULL) {
        return mp__fail(MP_EINVAL, 0, "the process is NULL");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool fresh = process->phase == MP__PHASE_NEW;
    if (fresh) {
        process->daemon = daemon;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return fresh ? 0
                 : mp__fail(MP_ESTATE, 0,
                            "daemon can only be set before a process starts");
}
