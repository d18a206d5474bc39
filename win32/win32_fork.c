// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include "platform/fail.h"

enum mp_plat_forking mp_plat_forking(void)
{
    return MP_PLAT_FORK_NONE;
}

bool mp_plat_has_threads(void)
{
    return false; // nobody asks: nothing is forked
}

int mp_plat_fork(mp_plat_child_t *child, bool detached,
                 const mp_plat_setup_t *setup)
{
    (void) child;
    (void) detached;
    (void) setup;
    return mp__fail(MP_ENOTSUP, 0, "Windows cannot fork: use spawn or thread");
}

int mp_plat_become(mp_plat_setup_t *setup)
{
    (void) setup;
    return mp__fail(MP_ENOTSUP, 0, "Windows cannot fork: use spawn or thread");
}
