// SPDX-License-Identifier: Apache-2.0
// The registry of targets: by what a child of another run knows them.
#ifndef MP_CORE_TARGET_H
#define MP_CORE_TARGET_H

#include <stddef.h>

#include <multiprocessing/target.h>

// A path that is longer is found by its name alone.
#define MP__MODULE_SIZE 4096

// The registered target of a function. MP_ETARGET: there is none, or its name
// is registered twice in its module.
int mp__target_of(mp_target_fn function, const mp_target_t **out);

// A target by name and module. `module` NULL is any. MP_ETARGET: unknown, or
// more than one.
int mp__target_find(const char *name, const char *module,
                    const mp_target_t **out);

// The module that a target is registered in: its file name, or the path of its
// file, by which children know it that load the same file.
void mp__target_module(const mp_target_t *target, char module[MP__MODULE_SIZE]);
void mp__target_file(const mp_target_t *target, char file[MP__MODULE_SIZE]);

// The targets of this process, the one that was registered last first.
const mp_target_t *mp__target_first(void);

#endif
