// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "platform/fail.h"
#include "posix/posix.h"

typedef struct start {
    void (*run)(void *);
    void (*left)(void *);
    void *argument;
} start_t;

static void *thread_main(void *given)
{
    start_t start = *(start_t *) given;

    free(given);
    pthread_cleanup_push(start.left, start.argument);
    start.run(start.argument);
    pthread_cleanup_pop(0);
    return NULL;
}

static int create_detached(void *(*main)(void *), start_t *start)
{
    pthread_attr_t attributes;
    pthread_t thread;

    int r = pthread_attr_init(&attributes);
    if (r != 0) {
        return r;
    }
    r = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (r == 0) {
        r = pthread_create(&thread, &attributes, main, start);
    }
    (void) pthread_attr_destroy(&attributes);
    return r;
}

static int create(void *(*main)(void *), const start_t *given)
{
    start_t *start = malloc(sizeof(*start));
    if (start == NULL) {
        return mp__fail(MP_ENOMEM, 0, "thread");
    }
    *start = *given;
    int r = create_detached(main, start);
    if (r != 0) {
        free(start);
        return mp_posix_fail(r, "a thread cannot be started");
    }
    return 0;
}

int mp_plat_thread_start(void (*run)(void *), void (*left)(void *),
                         void *argument)
{
    start_t start = {run, left, argument};

    return create(thread_main, &start);
}

// ---- threads of the library's own ----

static atomic_int helpers;

static void do_nothing(void *argument)
{
    (void) argument;
}

static void *helper_main(void *given)
{
    (void) thread_main(given);
    (void) atomic_fetch_sub(&helpers, 1);
    return NULL;
}

// Signals are for the program's own threads, from the first moment on.
int mp_plat_helper_start(void (*run)(void *), void *argument)
{
    start_t start = {run, do_nothing, argument};
    sigset_t all;
    sigset_t before;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = create(helper_main, &start);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r == 0) {
        (void) atomic_fetch_add(&helpers, 1);
    }
    return r;
}

int mp_posix_helpers(void)
{
    return atomic_load(&helpers);
}

void mp_posix_helpers_forked(void)
{
    if (atomic_load(&helpers) != 0) { // a write would copy the page
        atomic_store(&helpers, 0);
    }
}

// ---- what a thread remembers ----

mp_plat_local_t *mp_plat_local(void)
{
    static _Thread_local mp_plat_local_t local;

    return &local;
}
