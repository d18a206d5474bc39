// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>

#include "platform/fail.h"

const bool mp_posix_abstract = false;

// Going to its folder would take all threads there.
int mp_posix_address_long(mp_posix_address_t *address, const char *path)
{
    return mp__fail(MP_EINVAL, ENAMETOOLONG,
                    "the path of a socket has less than %zu bytes here: %s",
                    sizeof(address->of.local.sun_path), path);
}
