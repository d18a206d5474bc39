// SPDX-License-Identifier: Apache-2.0
#include "platform/shared.h"

static const char not_told;

const char *mp_plat_single_threaded = &not_told;
