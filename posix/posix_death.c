// SPDX-License-Identifier: Apache-2.0
// A pipe into which nothing is written: its other end is open in one child
// only, so it is at end of file when the child has ended. A process that the
// child forks by itself can hold that end open longer, so waits look at the
// process itself from time to time.
#include "posix/posix.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

int mp_posix_death_prepare(mp_posix_ends_t *ends)
{
    return mp_posix_own_pipe(ends->death);
}

int mp_posix_death_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends)
{
    child->end = ends->death[0];
    ends->death[0] = -1;
    child->by_pipe = true;
    return 0;
}

// The tie or the channel to a parent is closed by the parent's end. Where there
// is neither, the parent is looked at from time to time.
static intptr_t parents_end(const mp_plat_child_t *process)
{
    return process->tie != MP_PLAT_NONE ? process->tie : process->channel;
}

int mp_posix_death_watch_parent(mp_plat_child_t *parent)
{
    parent->end = parents_end(parent);
    return 0;
}

bool mp_posix_is_parent(const mp_plat_child_t *process)
{
    return process->end == parents_end(process);
}

// Whether the child is there to be collected: 1 it has ended, 0 it runs, -1
// another took its status.
static int peek(const mp_plat_child_t *child)
{
    siginfo_t info = {.si_pid = 0};

    if (waitid(P_PID, (id_t) child->pid, &info, WEXITED | WNOHANG | WNOWAIT) <
        0) {
        return -1;
    }
    return info.si_pid != 0 ? 1 : 0;
}

bool mp_posix_death_is_ours(const mp_plat_child_t *child)
{
    return peek(child) >= 0;
}

int mp_posix_death_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage)
{
    pid_t r = 0;

    do {
        r = wait4((pid_t) child->pid, status, WNOHANG, usage);
    } while (r < 0 && errno == EINTR);
    return r == 0 ? 0 : (r > 0 ? 1 : -1);
}

// A number whose status another took may belong to a stranger by now.
int mp_posix_death_signal(const mp_plat_child_t *child, int number)
{
    if (peek(child) != 0) {
        return 0;
    }
    return kill((pid_t) child->pid, number) == 0 ? 0 : errno;
}

bool mp_posix_death_ended(const mp_plat_child_t *process)
{
    if (mp_posix_is_parent(process)) {
        return getppid() != (pid_t) process->pid;
    }
    return peek(process) != 0;
}
