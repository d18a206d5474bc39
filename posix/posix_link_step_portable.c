// SPDX-License-Identifier: Apache-2.0
#include "platform/link.h"

// Nothing is promised of it.
const size_t mp_plat_link_step = 0;
