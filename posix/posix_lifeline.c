// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "platform/fail.h"

static int lifeline[2] = {-1, -1}; // guarded by the lock of this room
static atomic_int helpers;

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
    if (atomic_load(&helpers) != 0) { // a write would copy the page
        atomic_store(&helpers, 0);
    }
}

// Signals are for the program's own threads.
static void watch_parent(void *argument)
{
    int descriptor = (int) (intptr_t) argument;
    sigset_t signals;
    char byte = 0;
    ssize_t got = 1;

    (void) sigfillset(&signals);
    (void) pthread_sigmask(SIG_SETMASK, &signals, NULL);
    while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN))) {
        (void) mp_posix_poll(descriptor, POLLIN, MP_PLAT_NEVER);
        got = read(descriptor, &byte, 1);
    }
    (void) kill(getpid(), SIGKILL);
}

static void do_nothing(void *argument)
{
    (void) argument;
}

int mp_posix_helper_start(void (*run)(void *), void *argument)
{
    int r = mp_plat_thread_start(run, do_nothing, argument);
    if (r == 0) {
        atomic_fetch_add(&helpers, 1);
    }
    return r;
}

int mp_posix_tie_by_thread(intptr_t descriptor)
{
    return mp_posix_helper_start(watch_parent, (void *) descriptor);
}

int mp_posix_helpers(void)
{
    return atomic_load(&helpers);
}
