// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>

int mp_plat_interrupts(bool heed)
{
    struct sigaction action = {.sa_handler = heed ? SIG_DFL : SIG_IGN};

    (void) sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0
               ? 0
               : mp_posix_fail(errno, "the policy for SIGINT");
}
