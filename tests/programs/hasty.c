// SPDX-License-Identifier: Apache-2.0
// A program that starts a child before it calls mp_freeze_support(), in its
// first run and in every spawned one, and adds the result of each attempt to
// MP_TEST_FILE: g for MP_EGUARD, 0 for success, ? for anything else. Behind
// mp_freeze_support() it adds m, and starts a child that is to succeed.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

static void note(char what)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (file == NULL) {
        exit(9);
    }
    (void) fputc(what, file);
    (void) fseek(file, 0, SEEK_END);
    long notes = ftell(file);
    (void) fclose(file);
    if (notes > 50) {
        exit(9); // the guard is broken: do not go on for ever
    }
}

// The guard is open where the target runs: one level more, without a target.
static int work(const mp_args_t *args)
{
    if (mp_args_int(args, 0) == 0) {
        return 5;
    }
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;
    if (mp_process_create(&process, work, MP_ARGS(0), &options) != 0 ||
        mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return mp_failure(6, "%s", mp_last_error()->message);
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}
MP_TARGET(work)

static int start_one(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;
    int r = mp_process_create(&process, work, MP_ARGS(1), &options);

    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
    }
    if (r == 0) {
        r = mp_process_exitcode(process);
    }
    mp_process_destroy(process);
    return r;
}

int main(void)
{
    int r = start_one();

    note((char) (r == MP_EGUARD ? 'g' : r == 5 ? '0' : '?'));
    mp_freeze_support(0, NULL); // the library reads the command line itself
    note('m');
    return start_one();
}
