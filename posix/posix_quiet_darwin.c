// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <fcntl.h>

// Darwin knows no flag in each call, but one of the file, socket or pipe. A
// socket whose other side is closed already does not take it.
void mp_posix_quiet(int descriptor)
{
    (void) fcntl(descriptor, F_SETNOSIGPIPE, 1);
}

ssize_t mp_posix_quiet_write(int descriptor, const struct iovec *row, int count)
{
    return writev(descriptor, row, count);
}
