// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>

// POSIX knows no other flags than those that say how it is opened.
const int mp_posix_segment_flags = 0;

int mp_posix_reserve(int descriptor, off_t size)
{
    return posix_fallocate(descriptor, 0, size);
}
