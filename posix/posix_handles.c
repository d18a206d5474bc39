// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "platform/fail.h"

int mp_plat_adopt_handle(intptr_t handle)
{
    if (handle <= STDERR_FILENO ||
        fcntl((int) handle, F_SETFD, FD_CLOEXEC) < 0) {
        return mp__fail(MP_EPROTO, errno,
                        "descriptor %d, which this child is given, is not open",
                        (int) handle);
    }
    return mp_posix_own_add((int) handle);
}

void mp_plat_release_handle(intptr_t handle)
{
    mp_posix_own_forget((int) handle);
}
