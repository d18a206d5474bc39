// SPDX-License-Identifier: Apache-2.0
// The Apache Portable Runtime's lock for processes, by each of its mechanisms.
// A kind's pool goes with its lock, and so do the lock's files.
#include "bench/sync/kind.h"

#include <apr_errno.h>
#include <apr_file_io.h>
#include <apr_pools.h>
#include <apr_proc_mutex.h>
#include <apr_strings.h>

// What APR makes of it, kept in the place's room.
struct made {
    apr_pool_t *pool;
    apr_proc_mutex_t *mutex;
};

KIND_INLINE int apr_take(void *at)
{
    return apr_proc_mutex_lock(at);
}

KIND_INLINE int apr_give(void *at)
{
    return apr_proc_mutex_unlock(at);
}

KIND_LOOPS(apr, apr_take, apr_give)

// The name of the file that some mechanisms lock; none for Windows' own, which
// need not be found by others here.
static const char *file_for(apr_pool_t *pool, apr_lockmech_e mechanism)
{
    const char *folder = NULL;

    if (mechanism == APR_LOCK_DEFAULT ||
        apr_temp_dir_get(&folder, pool) != APR_SUCCESS) {
        return NULL;
    }
    return apr_pstrcat(pool, folder, "/bench-sync-lock", NULL);
}

static int make_by(struct place *place, apr_lockmech_e mechanism)
{
    struct made *made = place->room;

    if (apr_pool_create(&made->pool, NULL) != APR_SUCCESS) {
        return -1;
    }
    apr_status_t status = apr_proc_mutex_create(
        &made->mutex, file_for(made->pool, mechanism), mechanism, made->pool);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(made->pool);
        return APR_STATUS_IS_ENOTIMPL(status) ? 1 : -1;
    }
    place->at = made->mutex;
    return 0;
}

static void apr_unmake(struct place *place)
{
    struct made *made = place->room;

    (void) apr_proc_mutex_destroy(made->mutex);
    apr_pool_destroy(made->pool);
}

#define APR_KIND(short_name, text, mechanism)                                  \
    static int short_name##_make(struct place *place)                          \
    {                                                                          \
        return make_by(place, mechanism);                                      \
    }                                                                          \
    const struct kind kind_apr_##short_name = {                                \
        .name = text,                                                          \
        .make = short_name##_make,                                             \
        .unmake = apr_unmake,                                                  \
        .alone = apr_alone,                                                    \
        .among = apr_among,                                                    \
    };

APR_KIND(default, "apr-default", APR_LOCK_DEFAULT)
APR_KIND(pthread, "apr-pthread", APR_LOCK_PROC_PTHREAD)
APR_KIND(posixsem, "apr-posixsem", APR_LOCK_POSIXSEM)
APR_KIND(sysvsem, "apr-sysvsem", APR_LOCK_SYSVSEM)
APR_KIND(fcntl, "apr-fcntl", APR_LOCK_FCNTL)
APR_KIND(flock, "apr-flock", APR_LOCK_FLOCK)
