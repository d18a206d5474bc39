// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

const int mp_posix_segment_flags = 0;

// The one ftruncate() that such an object takes has made all of it, and the
// swap file grows as it is used.
int mp_posix_reserve(int descriptor, off_t size)
{
    (void) descriptor;
    (void) size;
    return 0;
}
