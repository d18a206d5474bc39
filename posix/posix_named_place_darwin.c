// SPDX-License-Identifier: Apache-2.0
// The user's own folder that the system makes and does not clear of what was
// not used for some days.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix_named.h"

static const char folder[] = "multiprocessing";

const uint32_t mp_plat_named_kind = 3;

int mp_posix_named_place(char place[MP_POSIX_NAMED_PLACE])
{
    size_t size =
        confstr(_CS_DARWIN_USER_CACHE_DIR, place, MP_POSIX_NAMED_PLACE);

    if (size == 0 || size + sizeof(folder) > MP_POSIX_NAMED_PLACE) {
        return mp__fail(MP_ENOTSUP, 0, "this user has no folder for caches");
    }
    memcpy(place + size - 1, folder, sizeof(folder)); // a slash ends the first
    return 0;
}
