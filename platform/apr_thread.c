// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <apr_thread_proc.h>

#include "platform/apr_base.h"
#include "platform/fail.h"

struct mp_plat_thread {
    apr_pool_t *pool; // holds this struct too
    apr_thread_t *thread;
    void (*run)(void *);
    void *argument;
};

static void *APR_THREAD_FUNC thread_main(apr_thread_t *thread, void *data)
{
    mp_plat_thread_t *self = data;

    (void) thread;
    self->run(self->argument);
    return NULL;
}

int mp_plat_thread_start(mp_plat_thread_t **out, void (*run)(void *),
                         void *argument)
{
    apr_pool_t *pool = NULL;
    int r = mp_apr_pool(&pool);
    if (r < 0) {
        return r;
    }
    mp_plat_thread_t *self = apr_pcalloc(pool, sizeof(*self));
    if (self == NULL) {
        apr_pool_destroy(pool);
        return mp__fail(MP_ENOMEM, 0, "thread");
    }
    self->pool = pool;
    self->run = run;
    self->argument = argument;
    apr_status_t status =
        apr_thread_create(&self->thread, NULL, thread_main, self, pool);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return mp__fail(MP_ENPROC, APR_TO_OS_ERROR(status),
                        "a thread cannot be started");
    }
    *out = self;
    return 0;
}

void mp_plat_thread_join(mp_plat_thread_t *thread)
{
    apr_status_t result = APR_SUCCESS;

    (void) apr_thread_join(&result, thread->thread);
    apr_pool_destroy(thread->pool);
}
