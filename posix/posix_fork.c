// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <unistd.h>

#include "platform/fail.h"

static int in_child(const mp_posix_ends_t *ends, int64_t parent_pid,
                    mp_plat_child_t *parent)
{
    parent->pid = parent_pid;
    parent->channel = ends->channel[1];
    if (mp_posix_watch_parent(parent) < 0) {
        parent->end = parent->channel; // it tells the same, a little later
    }
    return 1;
}

int mp_plat_fork(mp_plat_child_t *child)
{
    mp_posix_ends_t ends;
    int64_t self = mp_plat_pid();

    int r = mp_posix_ends_open(&ends);
    if (r < 0) {
        return r;
    }
    int kept[2] = {ends.channel[1], ends.death[1]};
    mp_posix_keep(kept, 2);
    pid_t pid = fork();
    int os_code = errno;
    mp_posix_keep(NULL, 0);
    if (pid == 0) {
        return in_child(&ends, self, child);
    }
    if (pid < 0) {
        mp_posix_ends_close(&ends, 0);
        mp_posix_ends_close(&ends, 1);
        return mp_posix_fail(os_code, "this process cannot be forked");
    }
    return mp_posix_ends_adopt(&ends, pid, child);
}
