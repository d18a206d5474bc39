// SPDX-License-Identifier: Apache-2.0
// The children of this process, and theirs, are in a job that only it has a
// handle to. The system closes that handle when this process ends, in whatever
// way, and with it ends them. A child is born into the job: one that is put
// there later can be left out of it by an end in between.
#include "win32/win32.h"

#include "platform/fail.h"

static INIT_ONCE job_once = INIT_ONCE_STATIC_INIT;
static HANDLE job;
static DWORD job_error;

// Breaking away is allowed, for detached children; it is never silent, or
// grandchildren would be outside.
static BOOL CALLBACK make_job(INIT_ONCE *once, void *argument, void **context)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    (void) once;
    (void) argument;
    (void) context;
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    job = CreateJobObjectW(NULL, NULL);
    if (job == NULL ||
        !SetInformationJobObject(job, JobObjectExtendedLimitInformation,
                                 &limits, sizeof(limits))) {
        job_error = GetLastError();
    }
    return TRUE;
}

int mp_win32_job(HANDLE *out)
{
    (void) InitOnceExecuteOnce(&job_once, make_job, NULL, NULL);
    if (job_error != 0) {
        return mp_win32_fail(job_error, "a job for children cannot be made");
    }
    *out = job;
    return 0;
}
