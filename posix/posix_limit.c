// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

bool mp_posix_over_file_limit(off_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < (rlim_t) size;
}
