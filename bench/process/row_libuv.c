// SPDX-License-Identifier: Apache-2.0
// libuv's way to start a program. The loop is run until the process handle is
// closed, which also takes libuv's SIGCHLD handler away, so that it does not
// disturb the other rows.
#include "bench/process/groups.h"

#include <stdio.h>

#include <uv.h>

#include "bench/process/program.h"

static uv_loop_t loop;
static int64_t exit_status;

static int fail(const char *what, int error)
{
    fprintf(stderr, "bench-process: %s: %s\n", what, uv_strerror(error));
    return -1;
}

static void on_exit_of_child(uv_process_t *process, int64_t status,
                             int term_signal)
{
    exit_status = term_signal == 0 ? status : -term_signal;
    uv_close((uv_handle_t *) process, NULL);
}

static int libuv_once(void)
{
    char *program = (char *) (uintptr_t) program_tiny();
    char *argv[] = {program, NULL};
    uv_process_t process;
    uv_process_options_t options = {
        .file = program,
        .args = argv,
        .exit_cb = on_exit_of_child,
    };

    exit_status = -1;
    int error = uv_spawn(&loop, &process, &options);
    if (error < 0) {
        uv_close((uv_handle_t *) &process, NULL);
        (void) uv_run(&loop, UV_RUN_DEFAULT);
        return fail("uv_spawn", error);
    }
    error = uv_run(&loop, UV_RUN_DEFAULT);
    if (error != 0) {
        return row_fail("uv_run left a handle open", 0);
    }
    return exit_status == 0 ? 0 : row_fail_end("uv_spawn", (int) exit_status);
}

static int libuv_open(const struct setting *setting)
{
    (void) setting;
    int error = uv_loop_init(&loop);
    return error == 0 ? 0 : fail("uv_loop_init", error);
}

static void libuv_close(void)
{
    (void) uv_loop_close(&loop);
}

static const struct row rows[] = {
    {.name = "libuv",
     .what = "uv_spawn of the program that does nothing",
     .run = row_repeat,
     .once = libuv_once},
};

const struct row_group group_libuv = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = libuv_open,
    .close = libuv_close,
};
