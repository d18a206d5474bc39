// SPDX-License-Identifier: Apache-2.0
// Darwin sets no memory aside for an object: posix_fallocate() does not exist,
// F_PREALLOCATE is for files, and what is touched is found in swap space, which
// grows on the disk. When that is full the system stops programs of its choice,
// which no program can see in advance.
#include "posix/posix.h"

int mp_posix_memory_fill(int descriptor, off_t offset, off_t size)
{
    (void) descriptor;
    (void) offset;
    (void) size;
    return 0;
}
