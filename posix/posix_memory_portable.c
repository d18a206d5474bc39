// SPDX-License-Identifier: Apache-2.0
// An object of shared memory that has no name any more, and its full size from
// the start: some systems set that once.
#include "posix/posix.h"

#include <errno.h>
#include <unistd.h>

int mp_posix_memory_object(size_t size)
{
    if (mp_posix_over_file_limit((off_t) size)) {
        errno = EFBIG;
        return -1;
    }
    int descriptor = mp_posix_memory();
    if (descriptor >= 0 && ftruncate(descriptor, (off_t) size) < 0) {
        int error = errno;
        (void) close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}

// Nothing like it is there: the handler of forks does it.
void mp_posix_wipe_on_fork(void *page, size_t size)
{
    (void) page;
    (void) size;
}
