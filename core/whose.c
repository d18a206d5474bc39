// SPDX-License-Identifier: Apache-2.0
#include "core/whose.h"

#include "core/self.h"
#include "platform/fail.h"

// ------------------------------------------------------------

const char *mp__not_mine(const mp_process_t *process)
{
    if (process->kind == MP__KIND_SELF || process == mp_current_process()) {
        return "a process cannot do this with itself";
    }
    if (process->generation != mp__generation()) {
        return "this is no child of this process";
    }
    if (process->phase == MP__PHASE_CLOSED) {
        return "the process is closed";
    }
    return NULL;
}

const char *mp__not_started(const mp_process_t *process)
{
    const char *why_not = mp__not_mine(process);
    if (why_not == NULL && process->phase < MP__PHASE_RUNNING) {
        why_not = "the process has not been started";
    }
    return why_not;
}

int mp__state_error(const char *why_not)
{
    return mp__fail(MP_ESTATE, 0, "%s", why_not);
}

int mp__null_process(void)
{
    return mp__fail(MP_EINVAL, 0, "the process is NULL");
}
