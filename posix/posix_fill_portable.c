// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>

int mp_posix_memory_fill(int descriptor, off_t offset, off_t size)
{
    return posix_fallocate(descriptor, offset, size);
}
