// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define LIMIT_MOST 65536 // some systems set no limit worth walking

static int close_in_child(posix_spawn_file_actions_t *actions, int descriptor)
{
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC) != 0) {
        return 0;
    }
    return posix_spawn_file_actions_addclose(actions, descriptor);
}

static int close_listed(posix_spawn_file_actions_t *actions, DIR *directory,
                        int first)
{
    const struct dirent *entry = NULL;
    int r = 0;

    while (r == 0 && (entry = readdir(directory)) != NULL) {
        char *end = NULL;
        long number = strtol(entry->d_name, &end, 10);
        if (end != entry->d_name && number >= first) {
            r = close_in_child(actions, (int) number);
        }
    }
    return r;
}

static int close_counted(posix_spawn_file_actions_t *actions, int first)
{
    long limit = sysconf(_SC_OPEN_MAX);
    int r = 0;

    if (limit < 0 || limit > LIMIT_MOST) {
        limit = LIMIT_MOST;
    }
    for (int i = first; r == 0 && i < limit; i++) {
        r = close_in_child(actions, i);
    }
    return r;
}

// The inheritable descriptors of this moment. One that another thread opens
// between here and the start is missed: POSIX has nothing better.
int mp_posix_only_below(posix_spawn_file_actions_t *actions,
                        posix_spawnattr_t *attributes, short *flags, int first)
{
    (void) attributes;
    (void) flags;
    DIR *directory = opendir("/dev/fd");
    if (directory == NULL) {
        return close_counted(actions, first);
    }
    int r = close_listed(actions, directory, first);
    (void) closedir(directory);
    return r;
}
