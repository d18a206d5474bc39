// SPDX-License-Identifier: Apache-2.0
// On Windows, a segment of APR is a disk file that is mapped under a name made
// of the file name; two sizes stand in front of the user's bytes.
// apr_shm_attach() takes them for true, so the view that it made is measured
// after it. Its pool is all that keeps the segment.
#include "platform/platform.h"

#include <apr.h>
#include <apr_shm.h>
#include <windows.h>

#include "platform/apr_base.h"
#include "platform/fail.h"

static int fail(apr_status_t status, const char *what, const char *file)
{
    int code = MP_ESYSTEM;

    if (APR_STATUS_IS_ENOENT(status)) {
        code = MP_ENOENT;
    } else if (APR_STATUS_IS_EACCES(status)) {
        code = MP_EACCES;
    } else if (APR_STATUS_IS_ENOMEM(status)) {
        code = MP_ENOMEM;
    } else if (APR_STATUS_IS_EBADPATH(status)) {
        code = MP_EINVAL;
    }
    return mp__fail(code, APR_TO_OS_ERROR(status), "%s: %s", what, file);
}

static int measure(mp_plat_segment_t *out, const apr_shm_t *shm,
                   apr_pool_t *pool)
{
    char *address = apr_shm_baseaddr_get(shm);
    size_t size = apr_shm_size_get(shm); // as it was when APR read it
    MEMORY_BASIC_INFORMATION view = {0};

    if (VirtualQuery(address, &view, sizeof(view)) == 0) {
        return mp__fail(MP_ESYSTEM, (int) GetLastError(),
                        "the size of shared memory");
    }
    size_t before = (size_t) (address - (char *) view.BaseAddress);
    if (size == 0 || size > view.RegionSize - before) {
        return mp__fail(MP_EPROTO, 0,
                        "this is no segment of APR, or a damaged one: it says "
                        "that it has %zu bytes, and has %zu",
                        size, (size_t) view.RegionSize - before);
    }
    *out = (mp_plat_segment_t){address, size, 0, 0, (intptr_t) pool};
    return 0;
}

int mp_plat_segment_open_apr(mp_plat_segment_t *out, const char *file)
{
    apr_pool_t *pool = NULL;
    apr_shm_t *shm = NULL;

    int r = mp_apr_pool(&pool);
    if (r < 0) {
        return r;
    }
    apr_status_t status = apr_shm_attach(&shm, file, pool);
    r = status == APR_SUCCESS
            ? measure(out, shm, pool)
            : fail(status, "APR's shared memory cannot be opened", file);
    if (r < 0) {
        apr_pool_destroy(pool); // and with it what was attached
    }
    return r;
}

void mp_plat_segment_close_apr(mp_plat_segment_t *segment)
{
    if (segment->address != NULL) {
        apr_pool_destroy((apr_pool_t *) segment->handle);
        segment->address = NULL;
    }
}

int mp_plat_segment_unlink_apr(const char *file)
{
    apr_pool_t *pool = NULL;

    int r = mp_apr_pool(&pool);
    if (r < 0) {
        return r;
    }
    apr_status_t status = apr_shm_remove(file, pool);
    if (status != APR_SUCCESS) {
        r = fail(status, "APR's shared memory cannot be removed", file);
    }
    apr_pool_destroy(pool);
    return r;
}
