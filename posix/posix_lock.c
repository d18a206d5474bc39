// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

static pthread_mutex_t locks[MP_PLAT_LOCK_COUNT] = {
    [MP_PLAT_LOCK_INIT] = PTHREAD_MUTEX_INITIALIZER,
    [MP_PLAT_LOCK_STATE] = PTHREAD_MUTEX_INITIALIZER,
};

void mp_plat_lock(enum mp_plat_lock which)
{
    (void) pthread_mutex_lock(&locks[which]);
}

void mp_plat_unlock(enum mp_plat_lock which)
{
    (void) pthread_mutex_unlock(&locks[which]);
}

static pthread_mutex_t room_lock = PTHREAD_MUTEX_INITIALIZER;

void mp_posix_lock(void)
{
    (void) pthread_mutex_lock(&room_lock);
}

void mp_posix_unlock(void)
{
    (void) pthread_mutex_unlock(&room_lock);
}
