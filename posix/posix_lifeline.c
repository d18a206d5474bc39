// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "platform/fail.h"

static int lifeline[2] = {-1, -1}; // guarded by the lock of this room

static int make(void)
{
    int made[2] = {-1, -1};

    int r = mp_posix_own_pipe(made);
    for (int i = 0; r == 0 && i < 2; i++) {
        r = mp_posix_own_raise(&made[i], STDERR_FILENO + 1);
    }
    if (r < 0) {
        mp_posix_own_close(made[0]);
        mp_posix_own_close(made[1]);
        return r;
    }
    mp_posix_lock();
    bool first = lifeline[0] < 0;
    if (first) {
        lifeline[0] = made[0];
        lifeline[1] = made[1];
    }
    mp_posix_unlock();
    if (!first) {
        mp_posix_own_close(made[0]);
        mp_posix_own_close(made[1]);
    }
    return 0;
}

int mp_posix_lifeline(int *descriptor)
{
    mp_posix_lock();
    bool there = lifeline[0] >= 0;
    mp_posix_unlock();
    int r = there ? 0 : make();
    if (r < 0) {
        return r;
    }
    int copy = mp_posix_tie_copy(lifeline[0]);
    if (copy < 0) {
        return mp_posix_fail(errno, "the end of this process cannot be tied");
    }
    r = mp_posix_own_add(copy);
    if (r < 0) {
        return r;
    }
    r = mp_posix_own_raise(&copy, STDERR_FILENO + 1);
    if (r < 0) {
        mp_posix_own_close(copy);
        return r;
    }
    *descriptor = copy;
    return 0;
}

void mp_posix_lifeline_forked(void)
{
    lifeline[0] = -1;
    lifeline[1] = -1;
}

static void watch_parent(void *argument)
{
    int descriptor = (int) (intptr_t) argument;
    char byte = 0;
    ssize_t got = 1;

    while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN))) {
        (void) mp_posix_poll(descriptor, POLLIN, MP_PLAT_NEVER);
        got = read(descriptor, &byte, 1);
    }
    (void) kill(getpid(), SIGKILL);
}

int mp_posix_tie_by_thread(intptr_t descriptor)
{
    return mp_plat_helper_start(watch_parent, (void *) descriptor);
}
