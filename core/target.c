// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"
#include "platform/platform.h"

// Constructors link into this list before main() and while other threads load
// modules, so it is pushed to without a lock. Nothing is ever taken off.
static _Atomic(mp_target_t *) targets;

void mp__target_link(mp_target_t *target)
{
    mp_plat_pin(target); // what is in the list must stay
    mp_target_t *first = atomic_load_explicit(&targets, memory_order_relaxed);

    do {
        target->next_ = first;
    } while (!atomic_compare_exchange_weak_explicit(
        &targets, &first, target, memory_order_release, memory_order_relaxed));
}

const mp_target_t *mp__target_first(void)
{
    return atomic_load_explicit(&targets, memory_order_acquire);
}

static bool is_linked(const mp_target_t *target)
{
    for (const mp_target_t *t = mp__target_first(); t != NULL; t = t->next_) {
        if (t == target) {
            return true;
        }
    }
    return false;
}

int mp_register_targets(mp_target_t *table)
{
    if (table == NULL) {
        return mp__fail(MP_EINVAL, 0, "the table of targets is NULL");
    }
    for (mp_target_t *row = table; row->name != NULL; row++) {
        if (row->function == NULL) {
            return mp__fail(MP_EINVAL, 0, "target \"%s\" has no function",
                            row->name);
        }
    }
    for (mp_target_t *row = table; row->name != NULL; row++) {
        if (!is_linked(row)) {
            mp__target_link(row);
        }
    }
    return 0;
}

// What is registered and the function behind it are in one module; the address
// of a function may be that of a stub in another.
void mp__target_module(const mp_target_t *target, char module[MP__MODULE_SIZE])
{
    mp_plat_module(target, module, MP__MODULE_SIZE);
}

void mp__target_file(const mp_target_t *target, char file[MP__MODULE_SIZE])
{
    char *path = NULL;

    int r = mp_plat_module_path(target, &path);
    if (r < 0 || path == NULL || strlen(path) >= MP__MODULE_SIZE) {
        mp__target_module(target, file);
    } else {
        (void) snprintf(file, MP__MODULE_SIZE, "%s", path);
    }
    free(path);
}

// The name of a file has no separator of folders, a path has.
static bool in_module(const mp_target_t *target, const char *module)
{
    char own[MP__MODULE_SIZE];

    if (module == NULL) {
        return true;
    }
    if (strpbrk(module, "/\\") != NULL) {
        mp__target_file(target, own);
    } else {
        mp__target_module(target, own);
    }
    return strcmp(own, module) == 0;
}

int mp__target_find(const char *name, const char *module,
                    const mp_target_t **out)
{
    const mp_target_t *found = NULL;

    for (const mp_target_t *t = mp__target_first(); t != NULL; t = t->next_) {
        if (strcmp(t->name, name) != 0 || !in_module(t, module)) {
            continue;
        }
        if (found != NULL && found->function != t->function) {
            return mp__fail(MP_ETARGET, 0,
                            "the name \"%s\" is registered for two functions; "
                            "give one another name with MP_TARGET_NAMED",
                            name);
        }
        found = t;
    }
    if (found == NULL) {
        return mp__fail(MP_ETARGET, 0,
                        "no target \"%s\" is registered; write MP_TARGET(%s) "
                        "beside the function",
                        name, name);
    }
    *out = found;
    return 0;
}

int mp__target_of(mp_target_fn function, const mp_target_t **out)
{
    char module[MP__MODULE_SIZE];

    for (const mp_target_t *t = mp__target_first(); t != NULL; t = t->next_) {
        if (t->function == function) {
            mp__target_module(t, module);
            return mp__target_find(t->name, module, out);
        }
    }
    return mp__fail(MP_ETARGET, 0,
                    "the function is not registered; write MP_TARGET(…) beside "
                    "it, or create the process by the target's name");
}
