// SPDX-License-Identifier: Apache-2.0
// A module that is no plug-in.
#include <multiprocessing/export.h>

MP_EXPORT int bare(void);

int bare(void)
{
    return 0;
}
