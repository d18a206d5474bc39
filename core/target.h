// SPDX-License-Identifier: Apache-2.0
// The registry of targets: by what a child of another run knows them.
#ifndef MP_CORE_TARGET_H
#define MP_CORE_TARGET_H

#include <stddef.h>

#include <multiprocessing/target.h>

#define MP__MODULE_SIZE 256

// The registered target of a function. MP_ETARGET: there is none, or its name
// is registered twice in its module.
int mp__target_of(mp_target_fn function, const mp_target_t **out);

// A target by name and module. `module` NULL is any. MP_ETARGET: unknown, or
// more than one.
int mp__target_find(const char *name, const char *module,
                    const mp_target_t **out);

// The module that a target is registered in.
void mp__target_module(const mp_target_t *target, char module[MP__MODULE_SIZE]);

#endif
