// SPDX-License-Identifier: Apache-2.0
// The modules that a child in the worker needs.
#ifndef MP_CORE_MODULES_H
#define MP_CORE_MODULES_H

#include "core/prologue.h"

// The files of all modules with targets or MP_PLUGIN, in the order in which
// they were loaded, each with its NUL; freed with free(). MP_ETARGET: none has
// MP_PLUGIN. MP_EMSGSIZE: they are too many.
int mp__modules(char **paths, mp__prologue_t *prologue);

#endif
