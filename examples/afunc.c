// SPDX-License-Identifier: Apache-2.0
// The example of the README, as it stands there.
/* clang-format off */
#include <multiprocessing.h>
#include <stdio.h>

static int afunc(const mp_args_t *args)
{
    printf("%lld\n", (long long) mp_args_int(args, 0) * 3);
    return 0;                               /* becomes the exit code */
}
MP_TARGET(afunc)                            /* known by name to a spawned child */

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);          /* first line of main: a spawned child never returns from it */

    mp_process_t *t = NULL;
    mp_process_create(&t, afunc, MP_ARGS(4), NULL);
    mp_process_start(t);
    mp_process_join(t, MP_FOREVER);
    mp_process_destroy(t);
    return 0;
}
