// SPDX-License-Identifier: Apache-2.0
// The one folder that POSIX has for everybody. Not TMPDIR, which two programs
// may have set to different ones.
#include <stdio.h>
#include <unistd.h>

#include "posix/posix_named.h"

const uint32_t mp_plat_named_kind = 2;

int mp_posix_named_place(char place[MP_POSIX_NAMED_PLACE])
{
    (void) snprintf(place, MP_POSIX_NAMED_PLACE, "/tmp/multiprocessing-%lu",
                    (unsigned long) geteuid());
    return 0;
}
