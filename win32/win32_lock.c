// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

static SRWLOCK locks[MP_PLAT_LOCK_COUNT]; // all zero is SRWLOCK_INIT

void mp_plat_lock(enum mp_plat_lock which)
{
    AcquireSRWLockExclusive(&locks[which]);
}

void mp_plat_unlock(enum mp_plat_lock which)
{
    ReleaseSRWLockExclusive(&locks[which]);
}
