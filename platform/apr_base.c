// SPDX-License-Identifier: Apache-2.0
#include "platform/apr_base.h"

#include <stdbool.h>

#include <apr_general.h>

#include "platform/fail.h"
#include "platform/platform.h"

int mp_apr_ready(void)
{
    static bool ready;
    apr_status_t status = APR_SUCCESS;

    mp_plat_lock(MP_PLAT_LOCK_INIT);
    if (!ready) {
        status = apr_initialize();
        ready = status == APR_SUCCESS;
    }
    mp_plat_unlock(MP_PLAT_LOCK_INIT);
    if (status != APR_SUCCESS) {
        return mp__fail(MP_ESYSTEM, APR_TO_OS_ERROR(status),
                        "APR cannot be initialised");
    }
    return 0;
}

int mp_apr_pool(apr_pool_t **pool)
{
    int r = mp_apr_ready();
    if (r < 0) {
        return r;
    }
    apr_status_t status = apr_pool_create_unmanaged_ex(pool, NULL, NULL);
    if (status != APR_SUCCESS) {
        return mp__fail(MP_ENOMEM, APR_TO_OS_ERROR(status), "memory pool");
    }
    return 0;
}
