// SPDX-License-Identifier: Apache-2.0
// Functions from shared libraries. A plug-in exports
//     int NAME(const mp_args_t *args);
// which gets no arguments and returns 0 if it did its work.
#ifndef PEP_PLUGIN_H
#define PEP_PLUGIN_H

#include <apr_pools.h>

#include <multiprocessing.h>

// Loads a function, for as long as `pool` lives; *path becomes absolute. 0, or
// -1 (see pep_failure()).
int pep_plugin_load(mp_target_fn *out, const char **path, const char *name,
                    apr_pool_t *pool);

// What a spawned child runs: argument 0 is the path of the plug-in, argument 1
// the name of the function.
int plugin_worker(const mp_args_t *args);

#endif
