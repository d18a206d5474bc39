// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

// A thread that is cancelled while it holds a lock would leave it locked for
// ever: close() and recv() are points where that happens.
static int states[MP_PLAT_LOCK_COUNT]; // guarded by their locks

static pthread_mutex_t locks[MP_PLAT_LOCK_COUNT] = {
    [MP_PLAT_LOCK_INIT] = PTHREAD_MUTEX_INITIALIZER,
    [MP_PLAT_LOCK_STATE] = PTHREAD_MUTEX_INITIALIZER,
    [MP_PLAT_LOCK_DIGEST] = PTHREAD_MUTEX_INITIALIZER,
    [MP_PLAT_LOCK_CYCLE] = PTHREAD_MUTEX_INITIALIZER,
    [MP_PLAT_LOCK_HANDLE] = PTHREAD_MUTEX_INITIALIZER,
};

void mp_plat_lock(enum mp_plat_lock which)
{
    int state = 0;

    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void) pthread_mutex_lock(&locks[which]);
    states[which] = state;
}

void mp_plat_unlock(enum mp_plat_lock which)
{
    int state = states[which];

    (void) pthread_mutex_unlock(&locks[which]);
    (void) pthread_setcancelstate(state, NULL);
}

static pthread_mutex_t room_lock = PTHREAD_MUTEX_INITIALIZER;
static int room_state;

void mp_posix_lock(void)
{
    int state = 0;

    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void) pthread_mutex_lock(&room_lock);
    room_state = state;
}

void mp_posix_unlock(void)
{
    int state = room_state;

    (void) pthread_mutex_unlock(&room_lock);
    (void) pthread_setcancelstate(state, NULL);
}
