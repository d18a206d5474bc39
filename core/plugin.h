// SPDX-License-Identifier: Apache-2.0
// The plug-ins that this copy of the library serves.
#ifndef MP_CORE_PLUGIN_H
#define MP_CORE_PLUGIN_H

#include <stdbool.h>

#include <multiprocessing/plugin.h>

// The one that was loaded last; NULL if there is none.
const mp_plugin_t *mp__plugin_first(void);
// This process runs in the worker, through one of them.
bool mp__plugin_is_run(void);

#endif
