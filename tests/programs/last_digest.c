// SPDX-License-Identifier: Apache-2.0
// A program that needs a digest at its very end, in a finalizer, when the
// exit handlers of other libraries may have run. It ends with 7.
#include <stdlib.h>

#include "platform/digest.h"
#include <multiprocessing.h>

static int compute(void)
{
    unsigned char mac[MP_PLAT_MAC_MOST];

    return mp_plat_hmac(MP_DIGEST_SHA256, "key", 3, "text", 4, mac);
}

static void compute_last(void *argument)
{
    (void) argument;
    _Exit(compute() == 0 ? 7 : 8);
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (mp_at_exit(compute_last, NULL) < 0 || compute() < 0) {
        _Exit(9);
    }
    return 0;
}
