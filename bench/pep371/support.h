// SPDX-License-Identifier: Apache-2.0
// What every part of the program needs: how it fails, and how it uses APR.
#ifndef PEP_SUPPORT_H
#define PEP_SUPPORT_H

#include <apr_errno.h>

#include <multiprocessing/export.h>

// Records what went wrong and returns -1, for `return pep_fail(…)`. Only the
// main thread uses it; workers tell by their exit codes.
int pep_fail(const char *format, ...) MP_PRINTF(1, 2);

// The same where APR failed: its own text for `status` is added.
int pep_fail_apr(apr_status_t status, const char *format, ...) MP_PRINTF(2, 3);

// What was recorded last.
const char *pep_failure(void);

// Initializes APR if this process has not: a spawned child enters a function
// without having passed through main().
apr_status_t pep_apr_ready(void);

#endif
