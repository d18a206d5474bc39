// SPDX-License-Identifier: Apache-2.0
// A process is watched by a kqueue of its own, which poll() and event loops
// take like any descriptor. Its one event is never read, so it stays ready.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <unistd.h>

#include "platform/fail.h"

#define SLICE_NS 250000000

const int mp_posix_maxrss_unit = 1;

int mp_posix_watch_prepare(mp_posix_ends_t *ends)
{
    (void) ends;
    return 0;
}

static int submit(int queue, struct kevent *change)
{
    return kevent(queue, change, 1, NULL, 0, NULL);
}

// A process that has ended already cannot be watched any more: an event of our
// own makes the queue ready in its place.
static int arm(int queue, int64_t pid)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t) pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    if (submit(queue, &change) == 0) {
        return 0;
    }
    if (errno != ESRCH) {
        return -1;
    }
    EV_SET(&change, 0, EVFILT_USER, EV_ADD, 0, 0, NULL);
    if (submit(queue, &change) < 0) {
        return -1;
    }
    EV_SET(&change, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    return submit(queue, &change);
}

// A kqueue does not reach a forked child, so it is not entered among the
// descriptors that one has to close.
static int watch(mp_plat_child_t *process)
{
    int queue = kqueue();
    if (queue < 0) {
        return mp_posix_fail(errno, "a kqueue cannot be made");
    }
    if (fcntl(queue, F_SETFD, FD_CLOEXEC) < 0 || arm(queue, process->pid) < 0) {
        int r = mp_posix_fail(errno, "a process cannot be watched");
        (void) close(queue);
        return r;
    }
    process->end = queue;
    return 0;
}

int mp_posix_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends)
{
    (void) ends;
    return watch(child);
}

// The number of a parent that died before this belongs to somebody else.
int mp_plat_parent_watch(mp_plat_child_t *parent)
{
    if (watch(parent) < 0) {
        return mp_posix_death_watch_parent(parent);
    }
    if (getppid() != (pid_t) parent->pid) {
        (void) close((int) parent->end);
        return mp_posix_death_watch_parent(parent);
    }
    return 0;
}

int mp_posix_watch_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage)
{
    return mp_posix_death_collect(child, status, usage);
}

int mp_posix_watch_signal(const mp_plat_child_t *child, int number)
{
    return mp_posix_death_signal(child, number);
}

// NOTE_EXIT comes a moment before the status can be collected.
bool mp_posix_watch_ended(const mp_plat_child_t *process, bool ready)
{
    return (ready || mp_posix_is_parent(process)) &&
           mp_posix_death_ended(process);
}

int64_t mp_posix_watch_slice(const mp_plat_child_t *process)
{
    return mp_posix_is_parent(process) ? SLICE_NS : 0;
}
