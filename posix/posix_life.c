// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <unistd.h>

static void (*forked_hook)(void);
static _Thread_local const int *keep;
static _Thread_local size_t keep_count;

// A fork takes every lock of the library, so that the child finds what they
// guard whole, and them free.
static void before_fork(void)
{
    for (int i = 0; i < MP_PLAT_LOCK_COUNT; i++) {
        mp_plat_lock((enum mp_plat_lock) i);
    }
    mp_posix_own_before_fork();
}

static void unlock_all(void)
{
    for (int i = MP_PLAT_LOCK_COUNT - 1; i >= 0; i--) {
        mp_plat_unlock((enum mp_plat_lock) i);
    }
}

static void after_fork_parent(void)
{
    mp_posix_own_after_fork_parent();
    unlock_all();
}

static void after_fork_child(void)
{
    mp_posix_own_after_fork_child(keep, keep_count);
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
        r = pthread_atfork(before_fork, after_fork_parent, after_fork_child);
        done = r == 0;
    }
    mp_plat_unlock(MP_PLAT_LOCK_INIT);
    return r == 0 ? 0 : mp_posix_fail(r, "fork handlers");
}

void mp_posix_keep(const int *descriptors, size_t count)
{
    keep = descriptors;
    keep_count = count;
}

void mp_plat_exit_now(int code)
{
    _exit(code);
}
