// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/launch.h>

#include "core/process.h"
#include "core/self.h"
#include "core/settings.h"
#include "platform/fail.h"

static int find_locked(const mp_process_t *process, unsigned which,
                       const char **why)
{
    *why = "the stream is no pipe, or its pipe was closed";
    if (which >= MP__STREAMS) {
        *why = "there is no such standard stream";
        return MP_EINVAL;
    }
    if (process->kind != MP__KIND_CHILD ||
        process->generation != mp__generation()) {
        *why = "only a child of this process has its pipes here";
        return MP_ESTATE;
    }
    if (process->phase != MP__PHASE_RUNNING &&
        process->phase != MP__PHASE_ENDED) {
        *why = "the process was not started, or it is closed";
        return MP_ESTATE;
    }
    return process->pipes[which] == MP_PLAT_NONE ? MP_ENOENT : 0;
}

static int find(mp_process_t *process, mp_stream_t which, bool take,
                intptr_t *handle)
{
    const char *why = NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int r = find_locked(process, (unsigned) which, &why);
    if (r == 0) {
        *handle = process->pipes[which];
        process->pipes[which] = take ? MP_PLAT_NONE : *handle;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r == 0 ? 0 : mp__fail(r, 0, "%s", why);
}

int mp_process_stdio(mp_process_t *process, mp_stream_t which, intptr_t *handle)
{
    if (process == NULL || handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no process, or no place for a handle");
    }
    return find(process, which, false, handle);
}

int mp_process_stdio_close(mp_process_t *process, mp_stream_t which)
{
    intptr_t handle = MP_PLAT_NONE;

    if (process == NULL) {
        return mp__fail(MP_EINVAL, 0, "the process is NULL");
    }
    int r = find(process, which, true, &handle);
    mp_plat_close_handle(handle);
    return r;
}
