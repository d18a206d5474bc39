// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>

// Some systems do it for files only: there a page is found when it is touched.
int mp_posix_memory_fill(int descriptor, off_t offset, off_t size)
{
    int error = posix_fallocate(descriptor, offset, size);
    bool refused = error == EINVAL || error == ENODEV || error == EOPNOTSUPP;

    return refused ? 0 : error;
}
