// SPDX-License-Identifier: Apache-2.0
// A build that does not speak with other machines.
#include "posix/posix_link.h"

#include "platform/fail.h"

const bool mp_posix_remote = false;

bool mp_posix_inet_here(int family)
{
    (void) family;
    return false;
}

int mp_posix_inet_find(mp_posix_addresses_t *addresses,
                       const mp_plat_place_t *place, bool listens)
{
    (void) place;
    (void) listens;
    addresses->count = 0;
    return mp__fail(MP_EINVAL, 0,
                    "this build does not speak with other machines");
}

void mp_posix_inet_place(const mp_posix_address_t *address,
                         mp_plat_place_t *place)
{
    (void) address;
    place->family = MP_PLAT_FAMILY_NONE;
}

void mp_posix_inet_prepare(int descriptor, int family)
{
    (void) descriptor;
    (void) family;
}
