// SPDX-License-Identifier: Apache-2.0
// Ends with 0 if the library finds mp-worker in its installation.
#include <multiprocessing.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);

    int r = mp_set_executable_to_worker();
    if (r < 0) {
        fprintf(stderr, "%s\n", mp_last_error()->message);
    }
    return r < 0 ? 1 : 0;
}
