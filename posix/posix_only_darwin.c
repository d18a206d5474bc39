// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// Darwin closes in the child what no action names, so the standard streams
// are named where they are open.
int mp_posix_only_below(posix_spawn_file_actions_t *actions,
                        posix_spawnattr_t *attributes, short *flags, int first)
{
    int r = 0;

    (void) attributes;
    (void) first;
    *flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
    for (int i = STDIN_FILENO; r == 0 && i <= STDERR_FILENO; i++) {
        if (fcntl(i, F_GETFD) >= 0) {
            r = posix_spawn_file_actions_addinherit_np(actions, i);
        }
    }
    return r;
}
