// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

// The system closes the range in the child itself (glibc 2.34).
int mp_posix_only_below(posix_spawn_file_actions_t *actions,
                        posix_spawnattr_t *attributes, short *flags, int first)
{
    (void) attributes;
    (void) flags;
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
