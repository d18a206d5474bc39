// SPDX-License-Identifier: Apache-2.0
// Who may ask what of a process.
#ifndef MP_CORE_WHOSE_H
#define MP_CORE_WHOSE_H

#include "core/process.h"

// Why this code may not handle a process as its child or parent, or NULL. The
// second form wants it started, too. The caller holds the lock.
const char *mp__not_mine(const mp_process_t *process);
const char *mp__not_started(const mp_process_t *process);

int mp__state_error(const char *why_not); // MP_ESTATE
int mp__null_process(void);               // MP_EINVAL

#endif
