// SPDX-License-Identifier: Apache-2.0
// Processes are watched by pidfd: it cannot come to mean another process, and
// its status is collected through it. A kernel or a seccomp filter may refuse
// pidfd_open, now or later; then the pipe of posix_death.c does the work, for
// each child that is born without a pidfd.
#include "posix/posix.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/fail.h"

#define SLICE_NS 250000000
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

const int mp_posix_maxrss_unit = 1024;

enum { UNKNOWN, GRANTED, REFUSED };
static atomic_int pidfd_state = UNKNOWN;

static int pidfd_open_raw(int64_t pid)
{
    return (int) syscall(SYS_pidfd_open, (pid_t) pid, 0);
}

static int wait_raw(int pidfd, siginfo_t *info, int options,
                    struct rusage *usage)
{
    return (int) syscall(SYS_waitid, P_PIDFD, pidfd, info,
                         WEXITED | WNOHANG | options, usage);
}

static bool refused(void)
{
    return atomic_load_explicit(&pidfd_state, memory_order_relaxed) == REFUSED;
}

// Whether pidfds work is settled before the first child exists. ECHILD is the
// right answer of a waitid() that knows P_PIDFD: this process is not its own
// child.
static int probe(void)
{
    siginfo_t info = {.si_pid = 0};
    struct rusage usage;

    int pidfd = pidfd_open_raw(getpid());
    if (pidfd < 0 && (errno == EMFILE || errno == ENFILE)) {
        return mp_posix_fail(errno, "a pidfd cannot be opened");
    }
    bool works =
        pidfd >= 0 && wait_raw(pidfd, &info, 0, &usage) < 0 && errno == ECHILD;
    if (pidfd >= 0) {
        (void) close(pidfd);
    }
    atomic_store_explicit(&pidfd_state, works ? GRANTED : REFUSED,
                          memory_order_relaxed);
    return 0;
}

// A program may put itself under a filter at any time. This asks about no
// process, so it costs no descriptor: a system that would open one says EINVAL.
static bool refused_by_now(void)
{
    return refused() || pidfd_open_raw(-1) >= 0 || errno != EINVAL;
}

int mp_posix_watch_prepare(mp_posix_ends_t *ends)
{
    if (atomic_load_explicit(&pidfd_state, memory_order_relaxed) == UNKNOWN) {
        int r = probe();
        if (r < 0) {
            return r;
        }
    }
    return refused_by_now() ? mp_posix_death_prepare(ends) : 0;
}

static int watch(mp_plat_child_t *process, int pidfd)
{
    if (pidfd < 0) {
        return mp_posix_fail(errno, "a pidfd cannot be opened");
    }
    int r = mp_posix_own_add(pidfd);
    if (r < 0) {
        return r;
    }
    r = mp_posix_own_raise(&pidfd, STDERR_FILENO + 1);
    if (r < 0) {
        mp_posix_own_close(pidfd);
        return r;
    }
    process->end = pidfd;
    return 0;
}

// The child has ended, and its status is taken: by a wait() of the program, or
// because it ignores SIGCHLD. A pipe at its end is ready for ever, and what is
// asked through it fails as it should.
static int watch_nothing(mp_plat_child_t *child)
{
    int pair[2] = {-1, -1};

    int r = mp_posix_own_pipe(pair);
    if (r == 0) {
        mp_posix_own_close(pair[1]);
        child->end = pair[0];
    }
    return r;
}

int mp_posix_watch_child(mp_plat_child_t *child, mp_posix_ends_t *ends)
{
    if (ends->death[0] >= 0) {
        return mp_posix_death_watch_child(child, ends);
    }
    int pidfd = pidfd_open_raw(child->pid);
    if (pidfd < 0 && errno == ESRCH) {
        return watch_nothing(child);
    }
    return watch(child, pidfd);
}

// A parent that died before this has left its number to somebody else:
// getppid() is asked after the pidfd is open.
int mp_plat_parent_watch(mp_plat_child_t *parent)
{
    if (refused() || watch(parent, pidfd_open_raw(parent->pid)) < 0) {
        return mp_posix_death_watch_parent(parent);
    }
    if (getppid() != (pid_t) parent->pid) {
        mp_posix_own_close((int) parent->end);
        return mp_posix_death_watch_parent(parent);
    }
    return 0;
}

int mp_posix_watch_collect(const mp_plat_child_t *child, int *status,
                           struct rusage *usage)
{
    siginfo_t info = {.si_pid = 0};

    if (child->by_pipe) {
        return mp_posix_death_collect(child, status, usage);
    }
    if (wait_raw((int) child->end, &info, 0, usage) < 0) {
        return errno == EINTR ? 0 : -1;
    }
    if (info.si_pid == 0) {
        return 0;
    }
    *status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8
                                         : info.si_status & 0x7f;
    return 1;
}

int mp_posix_watch_signal(const mp_plat_child_t *child, int number)
{
    if (child->by_pipe) {
        return mp_posix_death_signal(child, number);
    }
    if (syscall(SYS_pidfd_send_signal, (int) child->end, number, NULL, 0) ==
        0) {
        return 0;
    }
    return errno == ESRCH ? ESRCH : mp_posix_death_signal(child, number);
}

// A pidfd is ready as soon as its process is dead, the status of one that is
// traced only when its debugger has seen it. No child of ours: nothing is.
static bool held_back(int pidfd)
{
    siginfo_t info = {.si_pid = 0};

    return wait_raw(pidfd, &info, WNOWAIT, NULL) == 0 && info.si_pid == 0;
}

bool mp_posix_watch_ended(const mp_plat_child_t *process, bool ready)
{
    if (process->by_pipe || mp_posix_is_parent(process)) {
        return mp_posix_death_ended(process);
    }
    return ready && !held_back((int) process->end);
}

int64_t mp_posix_watch_slice(const mp_plat_child_t *process)
{
    return process->by_pipe || mp_posix_is_parent(process) ? SLICE_NS : 0;
}
