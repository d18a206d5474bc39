// SPDX-License-Identifier: Apache-2.0
// What the worker asks of a system beyond platform.h. The worker uses the files
// behind platform.h and the two formats of core, not the library: a plug-in
// brings its own copy of that.
#ifndef MP_TOOLS_WORKER_H
#define MP_TOOLS_WORKER_H

#include <stddef.h>

#include <multiprocessing/plugin.h>

typedef int (*worker_entry_t)(const mp_plugin_call_t *call);

// Loads a module for good. MP_ENOENT, MP_EACCES with the loader's own words.
int worker_load(const char *path, void **module);
// MP_ETARGET: the module has no such function.
int worker_entry(void *module, const char *path, const char *name,
                 worker_entry_t *entry);
// What the system says to a code of its own.
void worker_system_text(int os_code, char *text, size_t size);

#endif
