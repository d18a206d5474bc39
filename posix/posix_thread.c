// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

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

static int create_detached(start_t *start)
{
    pthread_attr_t attributes;
    pthread_t thread;

    int r = pthread_attr_init(&attributes);
    if (r != 0) {
        return r;
    }
    r = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (r == 0) {
        r = pthread_create(&thread, &attributes, thread_main, start);
    }
    (void) pthread_attr_destroy(&attributes);
    return r;
}

int mp_plat_thread_start(void (*run)(void *), void (*left)(void *),
                         void *argument)
{
    start_t *start = malloc(sizeof(*start));
    if (start == NULL) {
        return mp__fail(MP_ENOMEM, 0, "thread");
    }
    *start = (start_t){run, left, argument};
    int r = create_detached(start);
    if (r != 0) {
        free(start);
        return mp_posix_fail(r, "a thread cannot be started");
    }
    return 0;
}

mp_plat_local_t *mp_plat_local(void)
{
    static _Thread_local mp_plat_local_t local;

    return &local;
}
