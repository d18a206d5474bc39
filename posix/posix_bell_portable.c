// SPDX-License-Identifier: Apache-2.0
// A bell is a semaphore in the shared memory. Where the system has none that
// processes share, who waits looks again after a moment.
#include "platform/bell.h"

#include <errno.h>
#include <time.h>

#include "platform/platform.h"
#include "posix/posix.h"

#define NO_BELL_NS 1000000

typedef struct sounder {
    sem_t semaphore;
    atomic_uint made; // last, so that a death in the middle makes it again
} sounder_t;

_Static_assert(sizeof(sounder_t) <= MP_PLAT_BELL_ROOM, "the room is too small");

static sounder_t *sounder_of(mp_plat_bell_t *bell)
{
    void *room = bell->room;
    return room;
}

void mp_plat_bell_prepare(uint64_t family)
{
    (void) family;
}

// Nobody rings a bell at which nobody has waited yet.
void mp_plat_bell_silence(mp_plat_bell_t *bell, int number)
{
    sounder_t *sounder = sounder_of(bell);

    (void) number;
    if (atomic_load(&sounder->made) == 0) {
        atomic_store(&sounder->made, sem_init(&sounder->semaphore, 1, 0) == 0);
        return;
    }
    while (sem_trywait(&sounder->semaphore) == 0) {
    }
}

// A thread that was cancelled here would keep its cell.
void mp_plat_bell_wait(mp_plat_bell_t *bell, int number, int64_t deadline)
{
    sounder_t *sounder = sounder_of(bell);
    int state = 0;

    (void) number;
    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (atomic_load(&sounder->made) != 0) {
        mp_posix_semaphore_wait(&sounder->semaphore, deadline);
    } else {
        mp_plat_pause(NO_BELL_NS);
    }
    (void) pthread_setcancelstate(state, NULL);
}

void mp_plat_bell_ring(mp_plat_bell_t *bell, int number)
{
    sounder_t *sounder = sounder_of(bell);

    (void) number;
    if (atomic_load(&sounder->made) != 0) {
        (void) sem_post(&sounder->semaphore);
    }
}

void mp_plat_pause(int64_t nanoseconds)
{
    struct timespec time = {.tv_nsec = (long) nanoseconds};
    int state = 0;

    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void) nanosleep(&time, NULL);
    (void) pthread_setcancelstate(state, NULL);
}
