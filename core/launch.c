// SPDX-License-Identifier: Apache-2.0
#include "core/launch.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/context.h"
#include "core/self.h"
#include "core/settings.h"
#include "core/texts.h"
#include "platform/fail.h"

static mp_executable_fn factory; // both guarded by the state lock
static void *factory_context;

void mp_set_executable_factory(mp_executable_fn function, void *context)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    factory = function;
    factory_context = context;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// ---- what a factory may say ----

int mp_launch_set_path(mp_launch_t *launch, const char *path)
{
    char *absolute = NULL;

    if (launch == NULL || path == NULL) {
        return mp__fail(MP_EINVAL, 0, "no launch, or no path");
    }
    int r = mp_plat_find_program(path, &absolute);
    if (r == 0) {
        free(launch->path);
        launch->path = absolute;
    }
    return r;
}

int mp_launch_add_argument(mp_launch_t *launch, const char *argument)
{
    if (launch == NULL || argument == NULL) {
        return mp__fail(MP_EINVAL, 0, "no launch, or no argument");
    }
    return mp__texts_add(&launch->arguments, argument);
}

int mp_launch_add_environment(mp_launch_t *launch, const char *entry)
{
    if (launch == NULL) {
        return mp__fail(MP_EINVAL, 0, "the launch is NULL");
    }
    int r = mp__environment_check(entry);
    return r < 0 ? r : mp__texts_add(&launch->environment, entry);
}

int mp_launch_set_directory(mp_launch_t *launch, const char *path)
{
    if (launch == NULL || path == NULL || path[0] == '\0') {
        return mp__fail(MP_EINVAL, 0, "no launch, or no directory");
    }
    char *copy = mp__copy_text(path);
    if (copy == NULL) {
        return MP_ENOMEM;
    }
    free(launch->directory);
    launch->directory = copy;
    return 0;
}

// ---- what is run ----

// What the factory's own call of the library failed with says more than a code.
static int refused_with(int r)
{
    bool known = r < 0 && mp_errname(r) != NULL;
    const mp_error_t *last = mp__fail_last();
    char text[MP_PLAT_TEXT_SIZE];

    (void) snprintf(text, sizeof(text), "%s",
                    known && last->code == r ? last->message : "");
    return mp__fail(known ? r : MP_EINVAL, 0,
                    "the executable factory refused with %d%s%s", r,
                    text[0] != '\0' ? ": " : "", text);
}

static int ask_factory(mp_process_t *process, mp_launch_t *launch)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp_executable_fn function = factory;
    void *context = factory_context;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (function == NULL) {
        return 0;
    }
    int r = function(context, process, launch);
    return r == 0 ? 0 : refused_with(r);
}

static int choose_program(mp_process_t *process, mp_launch_t *launch)
{
    const mp__settings_t *settings = process->settings;

    if (settings != NULL && settings->executable != NULL) {
        return mp_launch_set_path(launch, settings->executable);
    }
    int r = ask_factory(process, launch);
    return r < 0 || launch->path != NULL ? r
                                         : mp__executable_set(&launch->path);
}

int mp__launch_prepare(mp_process_t *process, mp_launch_t *launch)
{
    const mp__settings_t *settings = process->settings;
    char depth[sizeof(MP__DEPTH_VARIABLE) + 16];

    int r = choose_program(process, launch);
    if (r == 0 && settings != NULL) {
        r = mp__texts_add_all(&launch->environment, settings->environment);
    }
    if (r == 0 && settings != NULL && settings->directory != NULL) {
        r = mp_launch_set_directory(launch, settings->directory);
    }
    if (r == 0) { // the last entry, so that no other overrides it
        (void) snprintf(depth, sizeof(depth), "%s=%d", MP__DEPTH_VARIABLE,
                        process->depth);
        r = mp__texts_add(&launch->environment, depth);
    }
    return r;
}

void mp__launch_free(mp_launch_t *launch)
{
    free(launch->path);
    free(launch->directory);
    mp__texts_free(launch->arguments);
    mp__texts_free(launch->environment);
}
