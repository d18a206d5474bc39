// SPDX-License-Identifier: Apache-2.0
#include "core/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arguments.h"
#include "core/context.h"
#include "core/options.h"
#include "core/self.h"
#include "core/settings.h"
#include "core/start.h"
#include "platform/fail.h"

#define START_TIMEOUT_MS 30000
#define NAME_PREFIX "Process-"

char *mp__copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "a text of %zu bytes", size);
        return NULL;
    }
    return memcpy(copy, text, size);
}

void *mp__copy_bytes(const void *bytes, size_t size)
{
    void *copy = malloc(size + 1); // never NULL for want of bytes
    if (copy == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "%zu bytes", size);
        return NULL;
    }
    return size == 0 ? copy : memcpy(copy, bytes, size);
}

// ---- references ----

mp_process_t *mp__process_new(void)
{
    mp_process_t *process = calloc(1, sizeof(*process));
    if (process == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "process");
        return NULL;
    }
    process->references = 1;
    process->exitcode = MP_EXITCODE_NONE;
    process->child = (mp_plat_child_t) MP_PLAT_NO_CHILD;
    for (int i = 0; i < MP__STREAMS; i++) {
        process->pipes[i] = MP_PLAT_NONE;
    }
    process->generation = mp__generation();
    return process;
}

void mp__process_hold_locked(mp_process_t *process)
{
    process->references++;
}

void mp__process_hold(mp_process_t *process)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp__process_hold_locked(process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

bool mp__process_drop_locked(mp_process_t *process)
{
    return --process->references == 0;
}

// The handles of a process that another generation made are closed already,
// and their numbers may be others' by now.
static void free_handles(mp_process_t *process)
{
    if (process->generation == mp__generation()) {
        mp_plat_child_close(&process->child);
        mp__handles_close(process->pipes);
        mp_plat_event_destroy(process->ended);
        mp_plat_event_destroy(process->stop_event);
    }
}

void mp__process_free(mp_process_t *process)
{
    while (process != NULL) {
        mp_process_t *creator = process->creator;
        free_handles(process);
        free(process->target_name);
        mp__args_free(process->args, process->generation == mp__generation());
        free(process->identity);
        mp__settings_free(process->settings);
        if (!process->name_is_static) {
            free(process->name);
        }
        free(process->authkey);
        free(process->failure);
        free(process);
        process = NULL;
        if (creator != NULL) {
            mp_plat_lock(MP_PLAT_LOCK_STATE);
            process = mp__process_drop_locked(creator) ? creator : NULL;
            mp_plat_unlock(MP_PLAT_LOCK_STATE);
        }
    }
}

void mp__process_release(mp_process_t *process)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool last = mp__process_drop_locked(process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (last) {
        mp__process_free(process);
    }
}

void mp_process_destroy(mp_process_t *process)
{
    if (process != NULL && process->kind == MP__KIND_CHILD) {
        mp__process_release(process);
    }
}

// ---- creation ----

static char *child_identity(const mp_process_t *creator, unsigned number)
{
    size_t size = strlen(creator->identity) + 16;
    char *identity = malloc(size);
    if (identity == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "process");
        return NULL;
    }
    (void) snprintf(identity, size, "%s%s%u", creator->identity,
                    creator->identity[0] == '\0' ? "" : ":", number);
    return identity;
}

static char *default_name(const char *identity)
{
    size_t size = strlen(identity) + sizeof(NAME_PREFIX);
    char *name = malloc(size);
    if (name == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "process");
        return NULL;
    }
    (void) snprintf(name, size, "%s%s", NAME_PREFIX, identity);
    return name;
}

// What a child has from its creator.
static int inherit(mp_process_t *process, mp_process_t *creator,
                   mp_choice_t daemon)
{
    int r = mp__authkey_ready(creator);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    unsigned number = ++creator->children_made;
    process->authkey = mp__copy_bytes(creator->authkey, creator->authkey_size);
    process->authkey_size = creator->authkey_size;
    process->depth = creator->depth + 1;
    process->daemon = daemon == MP_DEFAULT ? creator->daemon : daemon == MP_YES;
    mp__process_hold_locked(creator);
    process->creator = creator;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    process->identity = child_identity(creator, number);
    return process->authkey == NULL || process->identity == NULL ? MP_ENOMEM
                                                                 : 0;
}

// A thread cannot outlive its process, and what is to be terminated with its
// creator cannot outlive it either.
static int check_detached(mp_process_t *process, mp_choice_t *daemon)
{
    if (!process->detached) {
        return 0;
    }
    if (*daemon == MP_YES) {
        return mp__fail(MP_EINVAL, 0,
                        "a process is detached or daemonic, not both");
    }
    if (process->context->start == mp__start_thread) {
        return mp__fail(MP_ENOTSUP, 0, "a thread cannot be detached");
    }
    *daemon = MP_NO;
    return 0;
}

// A thread has the policy of its process.
static int check_interrupts(const mp_process_t *process)
{
    if (process->interrupts < MP_NO || process->interrupts > MP_YES) {
        return mp__fail(MP_EINVAL, 0, "interrupts is none of the choices");
    }
    if (process->interrupts != MP_DEFAULT &&
        process->context->start == mp__start_thread) {
        return mp__fail(MP_ENOTSUP, 0, "interrupts are for a whole process");
    }
    return 0;
}

// Where the options are silent their context speaks. It may be gone when the
// process starts, so its method's own is kept.
static int take_context(mp_process_t *process, mp_process_options_t *options)
{
    const mp_context_t *context = NULL;

    int r = mp__context_resolve(options->context, &context);
    if (r < 0) {
        return r;
    }
    process->context = context->base != NULL ? context->base : context;
    if (options->executable == NULL) {
        options->executable = context->executable;
    }
    if (options->start_timeout_ms == 0) {
        options->start_timeout_ms = context->start_timeout_ms;
    }
    return 0;
}

static int fill(mp_process_t *process, const char *target_name,
                const mp_args_t *args, mp_process_options_t *options)
{
    mp_choice_t daemon = options->daemon;

    process->detached = options->detached;
    process->interrupts = options->interrupts;
    int r = take_context(process, options);
    if (r == 0) {
        r = check_detached(process, &daemon);
    }
    if (r == 0) {
        r = check_interrupts(process);
    }
    if (r == 0) {
        r = mp__settings_copy(&process->settings, options, process);
    }
    if (r == 0) {
        r = mp__args_copy(&process->args, args);
    }
    if (r == 0) {
        r = inherit(process, mp_current_process(), daemon);
    }
    if (r != 0) {
        return r;
    }
    process->start_timeout_ms = options->start_timeout_ms == 0
                                    ? START_TIMEOUT_MS
                                    : options->start_timeout_ms;
    process->name = options->name != NULL ? mp__copy_text(options->name)
                                          : default_name(process->identity);
    if (target_name != NULL) {
        process->target_name = mp__copy_text(target_name);
    }
    return process->name == NULL ||
                   (target_name != NULL && process->target_name == NULL)
               ? MP_ENOMEM
               : 0;
}

static int create(mp_process_t **out, mp_target_fn function,
                  const char *target_name, const mp_args_t *args,
                  const mp_process_options_t *options, size_t options_size)
{
    mp_process_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the process");
    }
    *out = NULL;
    if (function == NULL && target_name == NULL) {
        return mp__fail(MP_EINVAL, 0, "a process needs a target");
    }
    int r = mp__ready();
    if (r == 0) {
        r = mp__options_copy(&given, sizeof(given), options, options_size);
    }
    if (r < 0) {
        return r;
    }
    mp_process_t *process = mp__process_new();
    if (process == NULL) {
        return MP_ENOMEM;
    }
    process->function = function;
    r = fill(process, target_name, args, &given);
    if (r < 0) {
        mp__process_free(process);
        return r;
    }
    *out = process;
    return 0;
}

int mp_process_create_sized(mp_process_t **out, mp_target_fn target,
                            const mp_args_t *args,
                            const mp_process_options_t *options,
                            size_t options_size)
{
    return create(out, target, NULL, args, options, options_size);
}

int mp_process_create_by_name_sized(mp_process_t **out, const char *name,
                                    const mp_args_t *args,
                                    const mp_process_options_t *options,
                                    size_t options_size)
{
    return create(out, NULL, name, args, options, options_size);
}
