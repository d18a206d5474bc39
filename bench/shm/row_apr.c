// SPDX-License-Identifier: Apache-2.0
// The Apache Portable Runtime's segments: by the name of a file, and without.
#include <stdio.h>

#include <apr_file_io.h>
#include <apr_pools.h>
#include <apr_shm.h>
#include <apr_strings.h>

#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

static apr_pool_t *pool;
static apr_pool_t *names; // what outlives a single segment
static const char *file;

static int attach(void)
{
    apr_shm_t *segment = NULL;
    apr_status_t status = apr_shm_attach(&segment, file, pool);
    if (status != APR_SUCCESS) {
        return row_fail_apr("apr_shm_attach", status);
    }
    touch(apr_shm_baseaddr_get(segment));
    status = apr_shm_detach(segment);
    return status == APR_SUCCESS ? 0 : row_fail_apr("apr_shm_detach", status);
}

static int apr_once(void)
{
    apr_shm_t *segment = NULL;

    apr_pool_clear(pool);
    apr_status_t status = apr_shm_create(&segment, SEGMENT_SIZE, file, pool);
    if (status != APR_SUCCESS) {
        return row_fail_apr("apr_shm_create", status);
    }
    int r = attach();
    status = apr_shm_destroy(segment);
    return status == APR_SUCCESS ? r : row_fail_apr("apr_shm_destroy", status);
}

static int anonymous_once(void)
{
    apr_shm_t *segment = NULL;

    apr_pool_clear(pool);
    apr_status_t status = apr_shm_create(&segment, SEGMENT_SIZE, NULL, pool);
    if (status != APR_SUCCESS) {
        return row_fail_apr("apr_shm_create", status);
    }
    touch(apr_shm_baseaddr_get(segment));
    status = apr_shm_destroy(segment);
    return status == APR_SUCCESS ? 0 : row_fail_apr("apr_shm_destroy", status);
}

static int apr_open(const struct setting *setting)
{
    char name[SEGMENT_NAME_MAX];
    const char *folder = NULL;

    (void) setting;
    apr_status_t status = apr_pool_create(&names, NULL);
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&pool, names);
    }
    if (status == APR_SUCCESS) {
        status = apr_temp_dir_get(&folder, names);
    }
    if (status != APR_SUCCESS) {
        return row_fail_apr("a place for APR's segments", status);
    }
    segment_name(name, "");
    file = apr_pstrcat(names, folder, "/", name, NULL);
    (void) apr_shm_remove(file, names); // what a crash left behind
    return 0;
}

static void apr_close(void)
{
    apr_pool_destroy(names);
}

static const struct row rows[] = {
    {.name = "apr",
     .what = "apr_shm: create, attach, remove",
     .run = row_repeat,
     .once = apr_once},
    {.name = "apr-anonymous",
     .what = "apr_shm without a name: create, destroy",
     .run = row_repeat,
     .once = anonymous_once},
};

// Windows' APR has none without a name for whom nobody inherits it.
static bool apr_has(const struct row *row)
{
    return row->once != anonymous_once || anonymous_once() == 0;
}

const struct row_group group_apr = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = apr_open,
    .close = apr_close,
    .has = apr_has,
};
