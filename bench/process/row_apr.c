// SPDX-License-Identifier: Apache-2.0
// The Apache Portable Runtime's way to start a program.
#include "bench/common/row.h"

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_thread_proc.h>

#include "bench/process/groups.h"
#include "bench/process/program.h"

static apr_pool_t *pool;

static int apr_once(void)
{
    const char *argv[] = {program_tiny(), NULL};
    apr_procattr_t *attributes = NULL;
    apr_exit_why_e why = APR_PROC_EXIT;
    apr_proc_t process;
    int code = 0;
    apr_status_t status;

    apr_pool_clear(pool);
    status = apr_procattr_create(&attributes, pool);
    if (status == APR_SUCCESS) {
        status = apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV);
    }
    if (status == APR_SUCCESS) {
        status =
            apr_proc_create(&process, argv[0], argv, NULL, attributes, pool);
    }
    if (status != APR_SUCCESS) {
        return row_fail_apr("apr_proc_create", status);
    }
    status = apr_proc_wait(&process, &code, &why, APR_WAIT);
    if (!APR_STATUS_IS_CHILD_DONE(status)) {
        return row_fail_apr("apr_proc_wait", status);
    }
    return code == 0 ? 0 : row_fail_end("apr_proc_create", code);
}

static int apr_open(const struct setting *setting)
{
    (void) setting;
    apr_status_t status = apr_pool_create(&pool, NULL);
    return status == APR_SUCCESS ? 0 : row_fail_apr("apr_pool_create", status);
}

static void apr_close(void)
{
    apr_pool_destroy(pool);
}

static const struct row rows[] = {
    {.name = "apr",
     .what = "apr_proc_create of the program that does nothing",
     .run = row_repeat,
     .once = apr_once},
};

const struct row_group group_apr = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = apr_open,
    .close = apr_close,
};
