// SPDX-License-Identifier: Apache-2.0
// Children that run in mp-worker.
#ifndef MP_CORE_WORKER_H
#define MP_CORE_WORKER_H

#include <stdbool.h>
#include <stddef.h>

// Whether this executable is the worker; NULL is the running program.
bool mp__is_worker(const char *program);
// Puts the list of modules, which the worker reads, before a start block that
// free() frees. MP_ETARGET: there is no plug-in. MP_EMSGSIZE, MP_ENOMEM.
int mp__worker_prologue(unsigned char **bytes, size_t *size);

#endif
