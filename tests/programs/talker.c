// SPDX-License-Identifier: Apache-2.0
// talker FILE MODE-METHOD: a program whose stderr is FILE, and which starts
// children by METHOD.
//   silent  nobody asked for a log: the file stays empty. stdout goes there,
//   too lines   several children at once log long lines to stderr
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

#define CHILDREN 6
#define LINES 50
#define FILLER_SIZE 600

static int give_up(const mp_args_t *args)
{
    mp_log(MP_LOG_CRITICAL, "nobody listens");
    return mp_failure((int) mp_args_int(args, 0), "a failure");
}
MP_TARGET(give_up)

static int talk(const mp_args_t *args)
{
    char filler[FILLER_SIZE];
    int number = (int) mp_args_int(args, 0);

    memset(filler, 'a' + number, sizeof(filler));
    for (int i = 0; i < LINES; i++) {
        mp_log(MP_LOG_WARNING, "line %d of %d: %.*s.", i, number, FILLER_SIZE,
               filler);
    }
    return 0;
}
MP_TARGET(talk)

static int stay_silent(const mp_process_options_t *options)
{
    mp_process_t *process = NULL;

    mp_log(MP_LOG_CRITICAL, "nobody listens");
    if (mp_process_create(&process, give_up, MP_ARGS(3), options) != 0 ||
        mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 2;
    }
    mp_process_destroy(process);
    if (mp_process_create_by_name(&process, "missing", NULL, options) != 0 ||
        mp_process_start(process) == 0) {
        return 3;
    }
    mp_process_destroy(process);
    if (mp_process_create(&process, give_up, MP_ARGS(3), options) != 0 ||
        mp_process_start(process) != 0) {
        return 4;
    }
    mp_process_destroy(process); // it is joined when this program ends
    return 0;
}

static int write_lines(const mp_process_options_t *options)
{
    mp_process_t *processes[CHILDREN];

    if (mp_log_to_stderr(MP_LOG_INFO) != 0) {
        return 5;
    }
    for (int i = 0; i < CHILDREN; i++) {
        if (mp_process_create(&processes[i], talk, MP_ARGS(i), options) != 0 ||
            mp_process_start(processes[i]) != 0) {
            return 6;
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        if (mp_process_join(processes[i], TEST_GUARD_MS) != 0 ||
            mp_process_exitcode(processes[i]) != 0) {
            return 7;
        }
        mp_process_destroy(processes[i]);
    }
    return 0;
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    const char *method = argc == 3 ? strchr(argv[2], '-') : NULL;
    if (method == NULL || freopen(argv[1], "w", stderr) == NULL) {
        return 9;
    }
    // The same stderr as before but for the file: without a buffer.
    (void) setvbuf(stderr, NULL, _IONBF, 0);
    mp_process_options_t options = {.context = mp_get_context(method + 1)};
    if (strncmp(argv[2], "lines", 5) == 0) {
        return write_lines(&options);
    }
    return freopen(argv[1], "a", stdout) == NULL ? 9 : stay_silent(&options);
}
