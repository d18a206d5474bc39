// SPDX-License-Identifier: Apache-2.0
// Start methods, and the settings of starting.
#ifndef MP_CORE_CONTEXT_H
#define MP_CORE_CONTEXT_H

#include <multiprocessing/context.h>

#include "core/process.h"

struct mp_context {
    const char *method; // NULL: the context that every call refuses
    // Starts a process that is in MP__PHASE_STARTING. Under fork it returns in
    // the parent only.
    int (*start)(mp_process_t *process);
    // Of one with settings.
    const mp_context_t *base; // its method's own; NULL of that
    char *executable;         // NULL: not named
    int64_t start_timeout_ms; // 0: not named
};

// The context of an option: NULL is the default one. MP_EINVAL: refused.
int mp__context_resolve(const mp_context_t *given, const mp_context_t **out);

// The program that was set, a copy that free() frees; *path is NULL if none.
int mp__executable_set(char **path);

#endif
