// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <apr_general.h>

#include "platform/apr_base.h"
#include "platform/fail.h"

int mp_plat_random(void *bytes, size_t size)
{
    int r = mp_apr_ready();
    if (r < 0) {
        return r;
    }
    apr_status_t status = apr_generate_random_bytes(bytes, size);
    if (status != APR_SUCCESS) {
        return mp__fail(MP_ESYSTEM, APR_TO_OS_ERROR(status),
                        "the system gives no random bytes");
    }
    return 0;
}
