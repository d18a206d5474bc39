// SPDX-License-Identifier: Apache-2.0
// Each child is born into a job of its own, inside the one of all children
// (win32_job.c). What it starts is born there, too, and stays when its parent
// has ended. The job itself ends nobody: its handle is closed like others.
#include "win32/win32.h"

#include "platform/fail.h"

static bool set_limits(HANDLE job, DWORD flags, DWORD most)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    limits.BasicLimitInformation.LimitFlags = flags;
    limits.BasicLimitInformation.ActiveProcessLimit = most;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation,
                                   &limits, sizeof(limits)) != 0;
}

// A detached child of the child leaves all jobs, or it could not leave any.
int mp_win32_tree_open(mp_plat_tree_t **tree)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job == NULL) {
        return mp_win32_fail(GetLastError(), "a job for a child");
    }
    if (!set_limits(job, JOB_OBJECT_LIMIT_BREAKAWAY_OK, 0)) {
        int r = mp_win32_fail(GetLastError(), "a job for a child");
        (void) CloseHandle(job);
        return r;
    }
    *tree = (mp_plat_tree_t *) job;
    return 0;
}

void mp_win32_tree_close(mp_plat_tree_t *tree)
{
    if (tree != NULL) {
        (void) CloseHandle((HANDLE) tree);
    }
}

// From here on the job takes nobody in: what one of them is about to start
// would come too late to be ended with them.
int mp_plat_tree_signal(const mp_plat_child_t *child,
                        enum mp_plat_signal signal, bool collected)
{
    HANDLE job = (HANDLE) child->tree;

    if (job == NULL || signal == MP_PLAT_INTERRUPT) {
        return collected ? 0 : mp_plat_child_signal(child, signal);
    }
    (void) set_limits(
        job, JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
        1);
    if (!TerminateJobObject(job, signal == MP_PLAT_KILL
                                     ? MP_WIN32_KILLED
                                     : MP_WIN32_TERMINATED)) {
        return mp_win32_fail(GetLastError(), "a job cannot be ended");
    }
    return 0;
}
