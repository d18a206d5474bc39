// SPDX-License-Identifier: Apache-2.0
// An object of shared memory that has no name any more, and its full size from
// the start: some systems set that once.
#include "posix/posix.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

// A size over the limit of files is a signal that ends the process.
static bool is_over_limit(size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < size;
}

int mp_posix_memory_object(size_t size)
{
    if (is_over_limit(size)) {
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
