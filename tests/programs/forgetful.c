// SPDX-License-Identifier: Apache-2.0
// A program that forgets mp_freeze_support(), the mistake that must not
// multiply processes without end. forgetful guard|override; every run of it
// adds one byte to MP_TEST_FILE and gives up where it finds too many there, so
// that a broken guard is found before the machine is.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAR_TOO_MANY 150

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static long count_runs(const char *path)
{
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;
    long runs = FAR_TOO_MANY;

    if (file != NULL) {
        (void) fputc('.', file);
        (void) fseek(file, 0, SEEK_END);
        runs = ftell(file);
        (void) fclose(file);
    }
    return runs;
}

static int start(const char *method)
{
    mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *process = NULL;
    int r = mp_process_create(&process, return_it, MP_ARGS(5), &options);

    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
    }
    if (r == 0 && mp_process_exitcode(process) != 5) {
        r = 1;
    }
    mp_process_destroy(process);
    return r;
}

// 0, or the number of the expectation that failed.
static int expect_guard(void)
{
    for (int i = 0; i < 2; i++) {
        if (start("spawn") != MP_EGUARD) {
            return 1;
        }
    }
    if (start("thread") != 0) {
        return 2;
    }
    if (mp_context_method(mp_get_context("fork")) != NULL &&
        start("fork") != 0) {
        return 3;
    }
    return start("spawn") == MP_EGUARD ? 0 : 4;
}

static int override(void)
{
    char *own = NULL;

    if (mp_get_executable(&own) != 0 || mp_set_executable(own) != 0) {
        return 1;
    }
    mp_free(own);
    return start("spawn") < 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (count_runs(getenv("MP_TEST_FILE")) >= FAR_TOO_MANY) {
        return 9;
    }
    if (argc == 2 && strcmp(argv[1], "guard") == 0) {
        return expect_guard();
    }
    return override();
}
