// SPDX-License-Identifier: Apache-2.0
// Whether a process has ended is asked of its pidfd, which tells a zombie for
// dead and a stopped process, or one whose first thread has gone, for alive.
// Its number may belong to a later process by now: that one was born after the
// moment at which the first one is known to have lived.
#include "platform/shared.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "posix/posix.h"

#define NANOSECONDS UINT64_C(1000000000)

void mp_plat_life_begin(mp_plat_life_t *life, const mp_plat_memory_t *memory,
                        int index)
{
    struct timespec now;

    (void) memory;
    (void) index;
    (void) clock_gettime(CLOCK_BOOTTIME, &now);
    life->pid = getpid();
    life->since = (uint64_t) now.tv_sec * NANOSECONDS + (uint64_t) now.tv_nsec;
}

// The moment at which it started, in nanoseconds since boot; 0: not known.
static uint64_t start_of(const mp_posix_stat_t *stat)
{
    long ticks = sysconf(_SC_CLK_TCK);

    return ticks <= 0 ? 0 : stat->start * (NANOSECONDS / (uint64_t) ticks);
}

// A tick of the clock that starts are told by is the most that the two clocks
// can differ.
static bool is_later_one(const mp_plat_life_t *life,
                         const mp_posix_stat_t *stat)
{
    uint64_t start = start_of(stat);

    return start > life->since && start - life->since > NANOSECONDS / 50;
}

// A child of this process that waits to be collected: no descriptor is needed
// to see that, and there may be none.
static bool waits_to_be_collected(const mp_plat_life_t *life)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t) life->pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

// Without pidfds (old kernels, seccomp filters, no free descriptor): a zombie
// that has threads left is alive.
static bool ended_by_stat(const mp_plat_life_t *life)
{
    mp_posix_stat_t stat;

    if (waits_to_be_collected(life)) {
        return true;
    }
    if (kill((pid_t) life->pid, 0) < 0 && errno == ESRCH) {
        return true;
    }
    if (!mp_posix_stat_read((pid_t) life->pid, &stat)) {
        return false;
    }
    if (is_later_one(life, &stat)) {
        return true;
    }
    return (stat.state == 'Z' || stat.state == 'X') && stat.threads <= 1;
}

bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index)
{
    mp_posix_stat_t stat;

    (void) memory;
    (void) index;
    int pidfd = (int) syscall(SYS_pidfd_open, (pid_t) life->pid, 0);
    if (pidfd < 0) {
        return errno == ESRCH || ended_by_stat(life);
    }
    struct pollfd entry = {.fd = pidfd, .events = POLLIN};
    bool ended = poll(&entry, 1, 0) > 0;
    if (!ended) {
        ended = mp_posix_stat_read((pid_t) life->pid, &stat) &&
                is_later_one(life, &stat);
    }
    (void) close(pidfd);
    return ended;
}
