// SPDX-License-Identifier: Apache-2.0
// Built without what speaks with other machines.
#include "win32/win32_listen.h"

#include "platform/fail.h"

static int not_here(void)
{
    return mp__fail(MP_ENOTSUP, 0, "this library was built without TCP");
}

bool mp_win32_inet_here(void)
{
    return false;
}

int mp_win32_inet_listen(mp_plat_listener_t *listener,
                         const mp_plat_place_t *place, int backlog)
{
    (void) listener;
    (void) place;
    (void) backlog;
    return not_here();
}

int mp_win32_inet_accept(const mp_plat_listener_t *listener,
                         mp_plat_link_t *link, mp_plat_place_t *from,
                         int64_t deadline)
{
    (void) listener;
    (void) link;
    (void) from;
    (void) deadline;
    return not_here();
}

int mp_win32_inet_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                          int64_t deadline)
{
    (void) link;
    (void) place;
    (void) deadline;
    return not_here();
}
