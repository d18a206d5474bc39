// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/fail.h"

static const mp_plat_hooks_t *fork_hooks;
static int handlers_error;
static _Thread_local const mp_posix_kept_t *kept; // NULL: nothing

// A fork takes every lock of the library, so that the child finds what they
// guard whole, and them free.
static void before_fork(void)
{
    for (int i = 0; i < MP_PLAT_LOCK_COUNT; i++) {
        mp_plat_lock((enum mp_plat_lock) i);
    }
    mp_posix_lock();
    if (fork_hooks != NULL) {
        fork_hooks->forking();
    }
}

static void unlock_all(void)
{
    mp_posix_unlock();
    for (int i = MP_PLAT_LOCK_COUNT - 1; i >= 0; i--) {
        mp_plat_unlock((enum mp_plat_lock) i);
    }
}

static void after_fork_parent(void)
{
    if (fork_hooks != NULL) {
        fork_hooks->in_parent();
    }
    unlock_all();
}

static void after_fork_child(void)
{
    mp_posix_own_forked(kept);
    mp_posix_note_forked();
    mp_posix_lifeline_forked();
    mp_posix_helpers_forked();
    mp_posix_stop_forked();
    mp_posix_wiped_forked();
    unlock_all();
    if (fork_hooks != NULL) {
        fork_hooks->forked();
    }
}

// Before main(), so that no thread can fork while another brings the library
// up: the child would find its locks taken.
__attribute__((constructor)) static void register_handlers(void)
{
    handlers_error =
        pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

int mp_plat_init(const mp_plat_hooks_t *hooks)
{
    mp_plat_lock(MP_PLAT_LOCK_INIT);
    fork_hooks = hooks;
    mp_plat_unlock(MP_PLAT_LOCK_INIT);
    return handlers_error == 0 ? 0
                               : mp_posix_fail(handlers_error, "fork handlers");
}

int mp_plat_at_exit(void (*run)(void))
{
    return atexit(run) == 0 ? 0 : mp__fail(MP_ENOMEM, 0, "atexit");
}

pid_t mp_posix_fork(const mp_posix_kept_t *keep)
{
    kept = keep;
    pid_t pid = fork();
    if (pid < 0 && fork_hooks != NULL) {
        int error = errno;
        fork_hooks->failed();
        errno = error;
    } else if (pid > 0 && fork_hooks != NULL) {
        fork_hooks->made(pid);
    }
    kept = NULL;
    return pid;
}

void mp_plat_exit_now(int code)
{
    _exit(code);
}
