// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>

// Anybody can put a FIFO where the names are: opening it must not wait.
const int mp_posix_segment_flags = O_NONBLOCK;

int mp_posix_reserve(int descriptor, off_t size)
{
    int os_code = posix_fallocate(descriptor, 0, size);

    // What cannot be reserved here is taken as it is used.
    return os_code == EOPNOTSUPP || os_code == ENOSYS ? 0 : os_code;
}
