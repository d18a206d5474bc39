// SPDX-License-Identifier: Apache-2.0
// Whether another process belongs to this family.
#ifndef MP_CORE_KIN_H
#define MP_CORE_KIN_H

#include <stdbool.h>

#include "platform/link.h"

// By what the system tells of the other end of a link: false if it tells
// nothing.
bool mp__is_kin(const mp_plat_link_t *link);

#endif
