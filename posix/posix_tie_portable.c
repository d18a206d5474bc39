// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <unistd.h>

int mp_posix_tie_copy(int descriptor)
{
    return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// A thread skips what is still under way on the channel.
int mp_posix_spawned_tie(int *descriptor)
{
    *descriptor = -1;
    return 0;
}

int mp_plat_parent_tie(mp_plat_child_t *parent)
{
    return mp_posix_tie_by_thread(
        parent->tie != MP_PLAT_NONE ? parent->tie : parent->channel);
}
