// SPDX-License-Identifier: Apache-2.0
#include "core/context.h"

#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "core/start.h"
#include "platform/fail.h"

static const mp_context_t fork_context = {.method = "fork",
                                          .start = mp__start_fork};
static const mp_context_t spawn_context = {.method = "spawn",
                                           .start = mp__start_spawn};
static const mp_context_t thread_context = {.method = "thread",
                                            .start = mp__start_thread};
static const mp_context_t refused_context = {.method = NULL};

static const mp_context_t *chosen; // guarded by the state lock, as executable
static char *executable;

static const char *const methods_fork[] = {"fork", "spawn", "thread", NULL};
static const char *const methods_spawn[] = {"spawn", "fork", "thread", NULL};
static const char *const methods_no_fork[] = {"spawn", "thread", NULL};

const char *const *mp_get_all_start_methods(void)
{
    switch (mp_plat_forking()) {
    case MP_PLAT_FORK_DEFAULT:
        return methods_fork;
    case MP_PLAT_FORK_POSSIBLE:
        return methods_spawn;
    default:
        return methods_no_fork;
    }
}

static const mp_context_t *find(const char *method)
{
    static const mp_context_t *const contexts[] = {
        &fork_context, &spawn_context, &thread_context};
    const char *const *available = mp_get_all_start_methods();

    for (size_t i = 0; available[i] != NULL; i++) {
        if (strcmp(available[i], method) != 0) {
            continue;
        }
        for (size_t k = 0; k < sizeof(contexts) / sizeof(contexts[0]); k++) {
            if (strcmp(contexts[k]->method, method) == 0) {
                return contexts[k];
            }
        }
    }
    (void) mp__fail(MP_EINVAL, 0,
                    "there is no start method \"%s\" on this system", method);
    return &refused_context;
}

static const mp_context_t *default_context(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (chosen == NULL) {
        chosen = find(mp_get_all_start_methods()[0]);
    }
    const mp_context_t *context = chosen;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return context;
}

const mp_context_t *mp_get_context(const char *method)
{
    return method == NULL ? default_context() : find(method);
}

const char *mp_context_method(const mp_context_t *context)
{
    return context == NULL ? NULL : context->method;
}

// ---- contexts with settings ----

static int fill(mp_context_t *context, const char *method,
                const mp_context_options_t *options)
{
    const mp_context_t *base = &refused_context;

    int r = mp__context_resolve(mp_get_context(method), &base);
    if (r < 0) {
        return r;
    }
    context->method = base->method;
    context->start = base->start;
    context->base = base;
    context->start_timeout_ms = options->start_timeout_ms;
    if (options->executable == NULL) {
        return 0;
    }
    if (base != &spawn_context) {
        return mp__fail(MP_ENOTSUP, 0, "only a spawned process runs a program");
    }
    return mp_plat_find_program(options->executable, &context->executable);
}

int mp_context_create_sized(mp_context_t **out, const char *method,
                            const mp_context_options_t *options,
                            size_t options_size)
{
    mp_context_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the context");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r < 0) {
        return r;
    }
    mp_context_t *context = calloc(1, sizeof(*context));
    if (context == NULL) {
        return mp__fail(MP_ENOMEM, 0, "context");
    }
    r = fill(context, method, &given);
    if (r < 0) {
        mp_context_destroy(context);
        return r;
    }
    *out = context;
    return 0;
}

// Those of mp_get_context() stay.
void mp_context_destroy(mp_context_t *context)
{
    if (context != NULL && (context->base != NULL || context->start == NULL) &&
        context != &refused_context) {
        free(context->executable);
        free(context);
    }
}

// ---- what is in force ----

int mp__context_resolve(const mp_context_t *given, const mp_context_t **out)
{
    const mp_context_t *context = given == NULL ? default_context() : given;
    if (context->method == NULL) {
        return mp__fail(MP_EINVAL, 0,
                        "the context is of a start method that this system "
                        "does not have");
    }
    *out = context;
    return 0;
}

int mp_set_start_method(const char *method, bool force)
{
    const mp_context_t *context = NULL;

    if (method != NULL) {
        context = find(method);
    } else if (!force) {
        context = find(mp_get_all_start_methods()[0]);
    }
    if (context == &refused_context) {
        return MP_EINVAL;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool settled = chosen != NULL && !force;
    if (!settled) {
        chosen = context;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return settled ? mp__fail(MP_ESTATE, 0, "the start method is set already")
                   : 0;
}

const char *mp_get_start_method(bool allow_none)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const mp_context_t *context = chosen;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (context == NULL && !allow_none) {
        context = default_context();
    }
    return mp_context_method(context);
}

int mp_set_executable(const char *path)
{
    char *absolute = NULL;

    if (path != NULL) {
        int r = mp_plat_find_program(path, &absolute);
        if (r < 0) {
            return r;
        }
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    char *old = executable;
    executable = absolute;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(old);
    return 0;
}

int mp__executable_set(char **path)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool set = executable != NULL;
    *path = set ? mp__copy_text(executable) : NULL;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return set && *path == NULL ? MP_ENOMEM : 0;
}

int mp_get_executable(char **path)
{
    if (path == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the path");
    }
    int r = mp__executable_set(path);
    if (r == 0 && *path == NULL) {
        r = mp_plat_program(path);
    }
    return r;
}
