// SPDX-License-Identifier: Apache-2.0
// A bell is a word that os_sync_wait_on_address() sleeps on, which macOS has
// from 14.4 on. Before that no public call sleeps on anything in shared memory
// (semaphores have no memory of their own, and no time limit): who waits looks
// again, soon at first.
//
// The bells have nothing that the words themselves have not; but so all builds
// sleep by one algorithm, and waking where nobody sleeps stays out of the
// system.
#include "platform/bell.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "platform/platform.h"
#include "posix/posix.h"

// As <os/os_sync_wait_on_address.h> and <os/clock.h> have it.
typedef int (*wait_fn)(void *address, uint64_t value, size_t size,
                       uint32_t flags, uint32_t clock, uint64_t nanoseconds);
typedef int (*wake_fn)(void *address, size_t size, uint32_t flags);
#define SHARED UINT32_C(1)
#define MACH_ABSOLUTE_TIME UINT32_C(32)

#define SHORTEST_NS INT64_C(50000)
#define LONGEST_NS INT64_C(5000000)

static wait_fn wait_on_address;
static wake_fn wake_by_address;

static void look_up(void *function, size_t size, const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &found, size);
}

// Once: a forked child has what its parent found, and must not wait for a lock
// that another thread of the parent held.
void mp_plat_bell_prepare(uint64_t family)
{
    static bool looked_up;

    (void) family;
    if (!looked_up) {
        looked_up = true;
        look_up(&wait_on_address, sizeof(wait_on_address),
                "os_sync_wait_on_address_with_timeout");
        look_up(&wake_by_address, sizeof(wake_by_address),
                "os_sync_wake_by_address_all");
    }
}

static atomic_uint *word_of(mp_plat_bell_t *bell)
{
    void *room = bell->room;
    return room;
}

void mp_plat_bell_silence(mp_plat_bell_t *bell, int number)
{
    (void) number;
    atomic_store(word_of(bell), 0);
}

// What the system refuses is made up for by looking.
static bool wait_by_system(atomic_uint *word, int64_t left)
{
    return wait_on_address != NULL && wake_by_address != NULL &&
           (wait_on_address(word, 0, sizeof(*word), SHARED, MACH_ABSOLUTE_TIME,
                            (uint64_t) left) >= 0 ||
            errno == ETIMEDOUT || errno == EINTR);
}

void mp_plat_bell_wait(mp_plat_bell_t *bell, int number, int64_t deadline)
{
    atomic_uint *word = word_of(bell);
    int64_t pause = SHORTEST_NS;

    (void) number;
    while (atomic_exchange(word, 0) == 0) {
        int64_t left = deadline - mp_plat_now();
        if (left <= 0) {
            return;
        }
        if (!wait_by_system(word, left)) {
            mp_plat_pause(left < pause ? left : pause);
            pause = pause * 2 < LONGEST_NS ? pause * 2 : LONGEST_NS;
        }
    }
}

void mp_plat_bell_ring(mp_plat_bell_t *bell, int number)
{
    atomic_uint *word = word_of(bell);
    int error = errno; // signal handlers ring, too

    (void) number;
    atomic_store(word, 1);
    if (wake_by_address != NULL) {
        (void) wake_by_address(word, sizeof(*word), SHARED);
    }
    errno = error;
}

void mp_plat_pause(int64_t nanoseconds)
{
    struct timespec time = {.tv_nsec = (long) nanoseconds};
    int state = 0;

    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void) nanosleep(&time, NULL);
    (void) pthread_setcancelstate(state, NULL);
}
