// SPDX-License-Identifier: Apache-2.0
#include "work.h"

#include <multiprocessing.h>
#include <stdio.h>

#define COUNT 3

static int square(const mp_args_t *args)
{
    int number = (int) mp_args_int(args, 0);

    return number * number;
}
MP_TARGET(square)

static int start(mp_process_t **process, int number)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};

    int r = mp_process_create(process, square, MP_ARGS(number), &options);
    return r < 0 ? r : mp_process_start(*process);
}

int work(void)
{
    mp_process_t *processes[COUNT] = {NULL};
    int sum = 0;
    int r = 0;

    for (int i = 0; r == 0 && i < COUNT; i++) {
        r = start(&processes[i], i + 1);
    }
    for (int i = 0; r == 0 && i < COUNT; i++) {
        r = mp_process_join(processes[i], MP_FOREVER);
        sum += mp_process_exitcode(processes[i]);
    }
    if (r < 0) {
        (void) printf("%s: %s\n", mp_errname(r), mp_last_error()->message);
    } else {
        (void) printf("1 + 4 + 9 = %d\n", sum);
    }
    for (int i = 0; i < COUNT; i++) {
        mp_process_destroy(processes[i]);
    }
    return r < 0 ? 1 : 0;
}
