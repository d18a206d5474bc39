// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// In a program that closed its standard streams a new descriptor can have the
// number of one: what is printed would go to the other side.
static int leave_streams(mp_posix_ends_t *ends, int side)
{
    int r = mp_posix_own_raise(&ends->channel[side], STDERR_FILENO + 1);
    return r < 0 ? r
                 : mp_posix_own_raise(&ends->death[side], STDERR_FILENO + 1);
}

int mp_posix_ends_open(mp_posix_ends_t *ends, bool with_channel)
{
    *ends = (mp_posix_ends_t){
        .channel = {-1, -1}, .death = {-1, -1}, .stop_memory = -1, .tie = -1};
    int r = mp_posix_watch_prepare(ends);
    if (r == 0 && with_channel) {
        r = mp_posix_own_socketpair(ends->channel);
        if (r == 0) {
            r = mp_posix_stop_open(&ends->stop, &ends->stop_memory);
        }
    }
    for (int side = 0; r == 0 && side < 2; side++) {
        r = leave_streams(ends, side);
    }
    if (r < 0) {
        mp_posix_ends_close(ends, 0);
        mp_posix_ends_close(ends, 1);
    }
    return r;
}

void mp_posix_ends_close(mp_posix_ends_t *ends, int side)
{
    mp_posix_own_close(ends->channel[side]);
    mp_posix_own_close(ends->death[side]);
    ends->channel[side] = -1;
    ends->death[side] = -1;
    if (side == 1) {
        mp_posix_own_close(ends->stop_memory);
        ends->stop_memory = -1;
        mp_posix_own_close(ends->tie);
        ends->tie = -1;
    } else {
        mp_posix_stop_close(ends->stop);
        ends->stop = NULL;
    }
}

static void end_child(pid_t pid)
{
    (void) kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

// The child's side is closed first: its numbers are free then for what
// watching the child needs.
int mp_posix_ends_adopt(mp_posix_ends_t *ends, int64_t pid,
                        mp_plat_child_t *child)
{
    mp_posix_ends_close(ends, 1);
    child->pid = pid;
    child->channel = ends->channel[0];
    child->tie = MP_PLAT_NONE;
    child->end = MP_PLAT_NONE;
    child->note = NULL;
    child->stop = ends->stop;
    child->by_pipe = false;
    child->tree = NULL; // it is found when it is asked for
    int r = mp_posix_watch_child(child, ends);
    if (r < 0) {
        end_child((pid_t) pid);
        mp_posix_ends_close(ends, 0);
        child->channel = MP_PLAT_NONE;
        child->stop = NULL;
    }
    return r;
}
