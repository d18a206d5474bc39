// SPDX-License-Identifier: Apache-2.0
// The rows of locks that this program itself measures.
#include "bench/sync/contend.h"
#include "bench/sync/groups.h"

#define GROUP(group, its_rows)                                                 \
    const struct row_group group_##group = {                                   \
        .rows = its_rows,                                                      \
        .count = sizeof(its_rows) / sizeof((its_rows)[0]),                     \
        .has = contend_has,                                                    \
    };

static const struct row ours[] = {
    CONTEND_ALONE(lock, "lock"),
    CONTEND_ALONE(rlock, "rlock"),
    CONTEND_ALONE(raw_lock, "raw-lock"),
    CONTEND_ALONE(semaphore, "semaphore"),
    CONTEND_CREATE(lock, "lock"),
    CONTEND_CREATE(semaphore, "semaphore"),
#ifndef MP_NO_SHAREDCTYPES
    CONTEND_OTHER(value, "value", "adding 1 to a Value under its lock"),
    CONTEND_OTHER(value_add, "value-add", "adding 1 to a Value atomically"),
    CONTEND_OTHER(value_inline, "value-inline", "the same at its address"),
#endif
    CONTEND_AMONG(lock, "lock"),
    CONTEND_AMONG(semaphore, "semaphore"),
};
GROUP(ours, ours)

static const struct row limit[] = {
    CONTEND_OTHER(cas_store, "cas-store", "a compare-and-swap and a store"),
    CONTEND_OTHER(atomic_add, "atomic-add", "an atomic add"),
};
GROUP(limit, limit)

#ifdef _WIN32
static const struct row windows[] = {
    CONTEND_ALONE(win32_mutex, "win32-mutex"),
    CONTEND_ALONE(win32_semaphore, "win32-semaphore"),
    CONTEND_CREATE(win32_mutex, "win32-mutex"),
    CONTEND_AMONG(win32_mutex, "win32-mutex"),
    CONTEND_AMONG(win32_semaphore, "win32-semaphore"),
};
GROUP(system, windows)

static const struct row apr[] = {
    CONTEND_ALONE(apr_default, "apr-default"),
    CONTEND_CREATE(apr_default, "apr-default"),
};
GROUP(apr, apr)
#else
static const struct row posix[] = {
    CONTEND_ALONE(pthread, "pthread"),    CONTEND_ALONE(robust, "robust"),
    CONTEND_ALONE(inherit, "inherit"),    CONTEND_ALONE(sem_t, "sem_t"),
    CONTEND_ALONE(sem_open, "sem_open"),  CONTEND_CREATE(pthread, "pthread"),
    CONTEND_CREATE(robust, "robust"),     CONTEND_CREATE(sem_t, "sem_t"),
    CONTEND_CREATE(sem_open, "sem_open"), CONTEND_AMONG(pthread, "pthread"),
    CONTEND_AMONG(robust, "robust"),      CONTEND_AMONG(sem_t, "sem_t"),
};
GROUP(system, posix)

static const struct row apr[] = {
    CONTEND_ALONE(apr_default, "apr-default"),
    CONTEND_ALONE(apr_pthread, "apr-pthread"),
    CONTEND_ALONE(apr_posixsem, "apr-posixsem"),
    CONTEND_ALONE(apr_sysvsem, "apr-sysvsem"),
    CONTEND_ALONE(apr_fcntl, "apr-fcntl"),
    CONTEND_ALONE(apr_flock, "apr-flock"),
    CONTEND_CREATE(apr_posixsem, "apr-posixsem"),
    CONTEND_AMONG(apr_posixsem, "apr-posixsem"),
};
GROUP(apr, apr)

#if MP_HAVE_BOOST
static const struct row boost[] = {
    CONTEND_ALONE(boost, "boost"),
    CONTEND_ALONE(boost_semaphore, "boost-semaphore"),
    CONTEND_AMONG(boost, "boost"),
    CONTEND_AMONG(boost_semaphore, "boost-semaphore"),
};
GROUP(boost, boost)
#endif
#endif
