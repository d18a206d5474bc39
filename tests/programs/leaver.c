// SPDX-License-Identifier: Apache-2.0
// leaver METHOD return|mp_exit: starts a worker and a daemon that both wait at
// a gate, and then leaves without a word to either.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int twice(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0) * 2;
}
MP_TARGET_NAMED(twice, "only in leaver")

static mp_process_t *start_waiting(const char *method, const char *variable,
                                   mp_choice_t daemon)
{
    mp_process_options_t options = {.context = mp_get_context(method),
                                    .daemon = daemon};
    const char *gate = getenv(variable);
    mp_process_t *process = NULL;

    if (gate == NULL ||
        mp_process_create(&process, test_wait_at_gate, MP_ARGS(gate, 0),
                          &options) < 0 ||
        mp_process_start(process) < 0) {
        (void) fprintf(stderr, "leaver: %s\n", mp_last_error()->message);
        exit(3);
    }
    return process;
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (argc != 3) {
        return 2;
    }
    mp_process_t *worker = start_waiting(argv[1], "MP_TEST_WORKER", MP_NO);
    mp_process_t *daemon = start_waiting(argv[1], "MP_TEST_DAEMON", MP_YES);
    const char *path = getenv("MP_TEST_FILE");
    const char *gate = getenv("MP_TEST_LEAVING");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file == NULL || gate == NULL) {
        return 2;
    }
    (void) fprintf(file, "%lld\n", (long long) mp_process_pid(daemon));
    (void) fclose(file);
    mp_process_destroy(worker);
    mp_process_destroy(daemon);
    if (test_gate_pass(gate) != 0) {
        return 4;
    }
    if (strcmp(argv[2], "mp_exit") == 0) {
        mp_exit(5);
    }
    return 5;
}
