// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <stdlib.h>
#include <unistd.h>

#include "platform/fail.h"

static void (*forked_hook)(void);
static _Thread_local int keep_next = -1;

// A fork takes every lock of the library, so that the child finds what they
// guard whole, and them free.
static void before_fork(void)
{
    for (int i = 0; i < MP_PLAT_LOCK_COUNT; i++) {
        mp_plat_lock((enum mp_plat_lock) i);
    }
    mp_posix_lock();
}

static void unlock_all(void)
{
    mp_posix_unlock();
    for (int i = MP_PLAT_LOCK_COUNT - 1; i >= 0; i--) {
        mp_plat_unlock((enum mp_plat_lock) i);
    }
}

static void after_fork_child(void)
{
    mp_posix_own_forked(keep_next);
    mp_posix_note_forked();
    unlock_all();
    forked_hook();
}

int mp_plat_init(void (*forked)(void))
{
    static bool done;
    int r = 0;

    mp_plat_lock(MP_PLAT_LOCK_INIT);
    if (!done) {
        forked_hook = forked;
        r = pthread_atfork(before_fork, unlock_all, after_fork_child);
        done = r == 0;
    }
    mp_plat_unlock(MP_PLAT_LOCK_INIT);
    return r == 0 ? 0 : mp_posix_fail(r, "fork handlers");
}

int mp_plat_at_exit(void (*run)(void))
{
    return atexit(run) == 0 ? 0 : mp__fail(MP_ENOMEM, 0, "atexit");
}

// Most builds have nothing to keep: then the variable, whose page the child
// would have to copy, is not written.
pid_t mp_posix_fork(int keep)
{
    if (keep < 0) {
        return fork();
    }
    keep_next = keep;
    pid_t pid = fork();
    keep_next = -1;
    return pid;
}

void mp_plat_exit_now(int code)
{
    _exit(code);
}
