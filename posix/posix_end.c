// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>

#include <multiprocessing/process.h>

#include "platform/fail.h"

#define PAUSE_MOST_MS 50

int64_t mp_posix_next_look(const mp_plat_child_t *process, int64_t deadline)
{
    int64_t slice = mp_posix_watch_slice(process);
    if (slice == 0 || deadline == MP_PLAT_AT_ONCE) {
        return deadline;
    }
    int64_t soon = mp_plat_now() + slice;
    return soon < deadline ? soon : deadline;
}

// A handle can be ready before its process has quite ended, or because the
// process closed what it did not know.
static void pause_between_looks(int *pause_ms)
{
    (void) poll(NULL, 0, *pause_ms);
    *pause_ms = *pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : *pause_ms * 2;
}

int mp_plat_child_wait(const mp_plat_child_t *child, int64_t deadline)
{
    int pause_ms = 1;

    for (;;) {
        int64_t until = mp_posix_next_look(child, deadline);
        int ready = mp_posix_poll((int) child->end, POLLIN, until);
        if (ready < 0) {
            return mp_posix_fail(errno, "waiting for a process");
        }
        if (mp_posix_watch_ended(child, ready > 0)) {
            return 0;
        }
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return MP_ETIMEDOUT;
        }
        if (ready > 0) {
            pause_between_looks(&pause_ms);
        }
    }
}

static int64_t microseconds(struct timeval time)
{
    return (int64_t) time.tv_sec * 1000000 + time.tv_usec;
}

static int exitcode_of(int status)
{
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int mp_plat_child_collect(const mp_plat_child_t *child, mp_plat_end_t *end)
{
    struct rusage usage;
    int status = 0;

    int r = mp_posix_watch_collect(child, &status, &usage);
    if (r == 0) {
        return 0;
    }
    *end = (mp_plat_end_t){.exitcode = MP_EXITCODE_UNKNOWN};
    if (r > 0) {
        end->how = WIFSIGNALED(status) ? MP_PLAT_HOW_SIGNAL : MP_PLAT_HOW_EXIT;
        end->exitcode = exitcode_of(status);
        end->usage_known = true;
        end->user_us = microseconds(usage.ru_utime);
        end->system_us = microseconds(usage.ru_stime);
        end->peak_memory = (int64_t) usage.ru_maxrss * mp_posix_maxrss_unit;
    }
    return 1;
}

int mp_plat_child_signal(const mp_plat_child_t *child,
                         enum mp_plat_signal signal)
{
    static const int numbers[] = {[MP_PLAT_TERMINATE] = SIGTERM,
                                  [MP_PLAT_KILL] = SIGKILL,
                                  [MP_PLAT_INTERRUPT] = SIGINT};
    int os_code = mp_posix_watch_signal(child, numbers[signal]);
    if (os_code == 0 || os_code == ESRCH) {
        return 0;
    }
    return mp_posix_fail(os_code, "a process cannot be signalled");
}

void mp_plat_child_close(mp_plat_child_t *child)
{
    if (child->end != child->channel && child->end != child->tie) {
        mp_posix_own_close((int) child->end);
    }
    mp_posix_own_close((int) child->channel);
    mp_posix_own_close((int) child->tie);
    if (child->note == NULL) {
        mp_posix_stop_close(child->stop); // else it lies in the note
    }
    mp_posix_note_free(child->note);
    child->end = MP_PLAT_NONE;
    child->channel = MP_PLAT_NONE;
    child->tie = MP_PLAT_NONE;
    child->note = NULL;
    child->stop = NULL;
    child->by_pipe = false;
}

int mp_plat_exitcode(int code)
{
    return code & 0xff;
}
