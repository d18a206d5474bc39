// SPDX-License-Identifier: Apache-2.0
// Whether a process has ended is asked of its pidfd, which tells a zombie for
// dead and a stopped process, or one whose first thread has gone, for alive.
// Its number may belong to a later process by now: that one was born after the
// moment at which the first one is known to have lived.
#include "platform/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "posix/posix.h"

#define NANOSECONDS UINT64_C(1000000000)
#define STAT_SIZE 1024

enum { FIRST_FIELD = 3, THREADS = 20, START = 22 }; // in /proc/PID/stat

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

// The text of /proc/PID/stat, behind the name, which may contain anything: it
// begins with the state. NULL if there is none.
static const char *read_stat(int64_t pid, char text[STAT_SIZE])
{
    char path[40];

    (void) snprintf(path, sizeof(path), "/proc/%lld/stat", (long long) pid);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return NULL;
    }
    ssize_t size = read(descriptor, text, STAT_SIZE - 1);
    (void) close(descriptor);
    if (size <= 0) {
        return NULL;
    }
    text[size] = '\0';
    const char *end = strrchr(text, ')');
    return end == NULL || end[1] == '\0' ? NULL : end + 2;
}

// A number among the fields, which proc(5) counts; 0: not known.
static uint64_t number_in(const char *stat, int field)
{
    const char *at = stat;

    for (int i = FIRST_FIELD; i < field && at != NULL; i++) {
        at = strchr(at + 1, ' ');
    }
    return at == NULL ? 0 : strtoull(at + 1, NULL, 10);
}

// The moment at which it started, in nanoseconds since boot; 0: not known.
static uint64_t start_of(const char *stat)
{
    long ticks = sysconf(_SC_CLK_TCK);

    return ticks <= 0
               ? 0
               : number_in(stat, START) * (NANOSECONDS / (uint64_t) ticks);
}

// A tick of the clock that starts are told by is the most that the two clocks
// can differ. No start is later than MP_PLAT_NOT_TOLD.
static bool is_later_one(const mp_plat_life_t *life, const char *stat)
{
    uint64_t start = start_of(stat);

    return start > life->since && start - life->since > NANOSECONDS / 50;
}

// Without pidfds (old kernels, seccomp filters): a zombie that has threads
// left is alive.
static bool ended_by_stat(const mp_plat_life_t *life)
{
    char text[STAT_SIZE];

    if (kill((pid_t) life->pid, 0) < 0 && errno == ESRCH) {
        return true;
    }
    const char *stat = read_stat(life->pid, text);
    if (stat == NULL) {
        return false;
    }
    if (is_later_one(life, stat)) {
        return true;
    }
    if (stat[0] != 'Z' && stat[0] != 'X') {
        return false;
    }
    return number_in(stat, THREADS) <= 1;
}

bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index)
{
    char text[STAT_SIZE];

    (void) memory;
    (void) index;
    int pidfd = (int) syscall(SYS_pidfd_open, (pid_t) life->pid, 0);
    if (pidfd < 0) {
        return errno == ESRCH || ended_by_stat(life);
    }
    struct pollfd entry = {.fd = pidfd, .events = POLLIN};
    bool ended = poll(&entry, 1, 0) > 0;
    if (!ended) {
        const char *stat = read_stat(life->pid, text);
        ended = stat != NULL && is_later_one(life, stat);
    }
    (void) close(pidfd);
    return ended;
}
