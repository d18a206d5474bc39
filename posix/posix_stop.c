// SPDX-License-Identifier: Apache-2.0
// A request to stop is a word that a child shares with its parent: it lies in
// front of a forked child's note, or in a page of its own. No descriptor stays
// open for it, and a child that never looks does nothing for it.
#include "posix/posix.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"

// The one of this process as a child; guarded by the state lock.
static mp_plat_event_t *event;
static mp_plat_event_t *volatile inherited; // for leak checkers only

// ---- the page of a spawned child ----

static mp_plat_stop_t *map(int descriptor)
{
    void *memory = mmap(NULL, sizeof(mp_plat_stop_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool is_shortage(int os_code)
{
    return os_code == EMFILE || os_code == ENFILE || os_code == ENOMEM;
}

// Where the system refuses such memory, the child is stopped by a signal.
int mp_posix_stop_open(mp_plat_stop_t **stop, int *descriptor)
{
    *stop = NULL;
    int r = mp_posix_own_memory(descriptor);
    if (r < 0) {
        return is_shortage(mp__fail_last()->os_code) ? r : 0;
    }
    if (ftruncate(*descriptor, (off_t) sizeof(**stop)) == 0) {
        *stop = map(*descriptor);
    }
    if (*stop == NULL) {
        r = mp_posix_fail(errno, "memory shared with a child");
        mp_posix_own_close(*descriptor);
        *descriptor = -1;
    }
    return r;
}

mp_plat_stop_t *mp_posix_stop_inherit(int descriptor)
{
    struct stat file;

    if (fstat(descriptor, &file) < 0 ||
        file.st_size < (off_t) sizeof(mp_plat_stop_t)) {
        return NULL;
    }
    return map(descriptor);
}

void mp_posix_stop_close(mp_plat_stop_t *stop)
{
    if (stop != NULL) {
        (void) munmap(stop, sizeof(*stop));
    }
}

// ---- asking and looking ----

// Both sides write their word before they read the other's, so either the
// parent knows that the child looks, or the child that it is asked.
bool mp_plat_stop_ask(mp_plat_stop_t *stop)
{
    atomic_store(&stop->asked, 1);
    mp_posix_stop_wake(&stop->asked);
    return atomic_load(&stop->looked) != 0;
}

bool mp_plat_stop_asked(mp_plat_stop_t *stop)
{
    if (atomic_load_explicit(&stop->looked, memory_order_relaxed) == 0) {
        atomic_store(&stop->looked, 1);
    }
    return atomic_load(&stop->asked) != 0;
}

// ---- the handle ----

static void await_request(void *argument)
{
    mp_plat_stop_t *stop = argument;

    while (!mp_plat_stop_asked(stop)) {
        mp_posix_stop_sleep(&stop->asked);
    }
    mp_plat_event_set(event);
}

// In a process with little room this is made whole or not at all.
static int make_event(mp_plat_stop_t *stop)
{
    intptr_t handle = MP_PLAT_NONE;
    mp_plat_event_t *made = NULL;

    int r = mp_plat_event_create(&made);
    if (r == 0) {
        r = mp_plat_event_handle(made, &handle);
    }
    if (r == 0) {
        event = made;
        r = mp_plat_helper_start(await_request, stop);
    }
    if (r < 0) {
        event = NULL;
        mp_plat_event_destroy(made);
    }
    return r;
}

int mp_plat_stop_handle(mp_plat_stop_t *stop, intptr_t *handle)
{
    int r = 0;

    (void) mp_plat_stop_asked(stop);
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (event == NULL) {
        r = make_event(stop);
    }
    if (r == 0) {
        r = mp_plat_event_handle(event, handle);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

// Written only if it has to be: a forked child would copy its page.
void mp_posix_stop_forked(void)
{
    if (event != NULL) {
        inherited = event;
        event = NULL;
    }
}
