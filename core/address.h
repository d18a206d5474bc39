// SPDX-License-Identifier: Apache-2.0
// Addresses as texts, and as places of the platform.
#ifndef MP_CORE_ADDRESS_H
#define MP_CORE_ADDRESS_H

#include <multiprocessing/listener.h>

#include "platform/link.h"

// "host:65535", or a path, with a NUL.
#define MP__ADDRESS_SIZE (MP_PLAT_PLACE_NAME + 16)

// NULL: a new one, of this family or the one for this machine only. MP_EINVAL
// it is no address of the family; MP_ENOTSUP there is no such family here.
int mp__address_read(mp_plat_place_t *place, const char *text,
                     mp_family_t family);

void mp__address_write(char text[MP__ADDRESS_SIZE],
                       const mp_plat_place_t *place);

#endif
