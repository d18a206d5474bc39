// SPDX-License-Identifier: Apache-2.0
// The README's program, with an answer: it is right when it exits with 0.
#include <multiprocessing.h>
#include <stdio.h>

static int triple(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0) * 3;
}
MP_TARGET(triple)

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);

    mp_process_t *process = NULL;
    const mp_process_options_t options = {.context = mp_get_context("spawn")};
    int r = mp_process_create(&process, triple, MP_ARGS(4), &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, MP_FOREVER);
    }
    if (r < 0) {
        fprintf(stderr, "%s\n", mp_strerror(r));
    }
    const int code = r < 0 ? -1 : mp_process_exitcode(process);
    mp_process_destroy(process);
    return mp_version() == MP_VERSION && code == 12 ? 0 : 1;
}
