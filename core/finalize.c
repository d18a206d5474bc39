// SPDX-License-Identifier: Apache-2.0
#include "core/finalize.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "core/self.h"
#include "platform/fail.h"

#define LATE_MOST 1000 // registered while their owner ends

struct mp_finalizer {
    void (*run)(void *argument);
    void *argument;
    int priority;
    unsigned generation;       // the fork after which it was made
    const mp_process_t *owner; // only compared
    uint64_t number;
    int references; // the list's, and the handle
    mp_finalizer_t *next;
    mp_finalizer_t **at; // what points to it in the list; NULL: not active
};

// In the order in which they run. Those of an older generation are at the end:
// a forked child need not touch what it has from its parent.
static mp_finalizer_t *finalizers;
static uint64_t numbers;
static bool is_closed;

// ---- the list; the caller holds the lock ----

static void link_locked(mp_finalizer_t *finalizer)
{
    mp_finalizer_t **at = &finalizers;

    while (*at != NULL && (*at)->generation == finalizer->generation &&
           (*at)->priority > finalizer->priority) {
        at = &(*at)->next;
    }
    finalizer->number = ++numbers;
    finalizer->next = *at;
    finalizer->at = at;
    if (finalizer->next != NULL) {
        finalizer->next->at = &finalizer->next;
    }
    *at = finalizer;
}

// Returns what is to be freed without the lock: the finalizer or NULL.
static mp_finalizer_t *release_locked(mp_finalizer_t *finalizer)
{
    return --finalizer->references == 0 ? finalizer : NULL;
}

static mp_finalizer_t *unlink_locked(mp_finalizer_t *finalizer)
{
    *finalizer->at = finalizer->next;
    if (finalizer->next != NULL) {
        finalizer->next->at = finalizer->at;
    }
    finalizer->next = NULL;
    finalizer->at = NULL;
    return release_locked(finalizer);
}

// NULL where those of this generation end.
static mp_finalizer_t *own_locked(mp_finalizer_t *finalizer)
{
    return finalizer != NULL && finalizer->generation == mp__generation()
               ? finalizer
               : NULL;
}

// ---- registering ----

// False if it is too late for it.
static bool add(mp_finalizer_t *finalizer)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool late = is_closed;
    if (!late) {
        finalizer->generation = mp__generation();
        link_locked(finalizer);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return !late;
}

static int register_one(mp_finalizer_t **out, void (*run)(void *argument),
                        void *argument, const mp_finalize_options_t *options)
{
    mp_finalizer_t *finalizer = calloc(1, sizeof(*finalizer));
    if (finalizer == NULL) {
        return mp__fail(MP_ENOMEM, 0, "finalizer");
    }
    finalizer->run = run;
    finalizer->argument = argument;
    finalizer->priority = options->priority;
    finalizer->owner = mp_current_process();
    finalizer->references = out == NULL ? 1 : 2;
    if (!add(finalizer)) {
        free(finalizer);
        return mp__fail(MP_ESTATE, 0, "this process is past its end");
    }
    if (out != NULL) {
        *out = finalizer;
    }
    return 0;
}

int mp_finalize_sized(mp_finalizer_t **out, void (*run)(void *argument),
                      void *argument, const mp_finalize_options_t *options,
                      size_t options_size)
{
    mp_finalize_options_t given = {0};

    if (out != NULL) {
        *out = NULL;
    }
    if (run == NULL) {
        return mp__fail(MP_EINVAL, 0, "a finalizer needs a function");
    }
    int r = mp__ready();
    if (r == 0) {
        r = mp__options_copy(&given, sizeof(given), options, options_size);
    }
    return r == 0 ? register_one(out, run, argument, &given) : r;
}

int mp_at_exit(void (*run)(void *argument), void *argument)
{
    return mp_finalize(NULL, run, argument, NULL);
}

// ---- the handle ----

// Takes it off the list, so that nobody else calls it.
static int take(mp_finalizer_t *finalizer)
{
    const char *why_not = NULL;

    if (finalizer == NULL) {
        return mp__fail(MP_EINVAL, 0, "the finalizer is NULL");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (finalizer->generation != mp__generation()) {
        why_not = "the finalizer belongs to another process";
    } else if (finalizer->at == NULL) {
        why_not = "the finalizer was called or cancelled before";
    } else {
        (void) unlink_locked(finalizer); // the handle is still there
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return why_not == NULL ? 0 : mp__fail(MP_ESTATE, 0, "%s", why_not);
}

// Behind the call nothing is touched: the function may have destroyed the
// handle, or not return.
int mp_finalizer_call(mp_finalizer_t *finalizer)
{
    int r = take(finalizer);
    if (r == 0) {
        finalizer->run(finalizer->argument);
    }
    return r;
}

int mp_finalizer_cancel(mp_finalizer_t *finalizer)
{
    return take(finalizer);
}

bool mp_finalizer_is_active(const mp_finalizer_t *finalizer)
{
    if (finalizer == NULL) {
        return false;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool active =
        finalizer->at != NULL && finalizer->generation == mp__generation();
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return active;
}

void mp_finalizer_destroy(mp_finalizer_t *finalizer)
{
    if (finalizer != NULL) {
        mp_plat_lock(MP_PLAT_LOCK_STATE);
        mp_finalizer_t *unused = release_locked(finalizer);
        mp_plat_unlock(MP_PLAT_LOCK_STATE);
        free(unused);
    }
}

// ---- the end ----

uint64_t mp__finalizers_last(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    uint64_t last = numbers + LATE_MOST;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return last;
}

typedef struct task {
    void (*run)(void *argument);
    void *argument;
} task_t;

static bool take_next(const mp_process_t *owner, int lowest, uint64_t last,
                      task_t *task)
{
    mp_finalizer_t *unused = NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp_finalizer_t *next = own_locked(finalizers);
    while (next != NULL && next->priority >= lowest &&
           (next->owner != owner || next->number > last)) {
        next = own_locked(next->next);
    }
    bool found = next != NULL && next->priority >= lowest;
    if (found) {
        *task = (task_t){next->run, next->argument};
        unused = unlink_locked(next);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(unused);
    return found;
}

void mp__finalizers_run(const mp_process_t *owner, int lowest, uint64_t last)
{
    task_t task = {NULL, NULL};

    while (take_next(owner, lowest, last, &task)) {
        task.run(task.argument);
    }
}

bool mp__finalizers_any(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool any = own_locked(finalizers) != NULL;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return any;
}

void mp__finalizers_drop(const mp_process_t *owner)
{
    task_t unused = {NULL, NULL};

    while (take_next(owner, INT_MIN, UINT64_MAX, &unused)) {
    }
}

// Written only if it has to be: a forked child would copy its page.
void mp__finalizers_close(bool closed)
{
    if (is_closed != closed) {
        mp_plat_lock(MP_PLAT_LOCK_STATE);
        is_closed = closed;
        mp_plat_unlock(MP_PLAT_LOCK_STATE);
    }
}
