// SPDX-License-Identifier: Apache-2.0
// CPython's multiprocessing, measured by a helper of the same size as this
// process: it gets one order per round, so that its rows are interleaved with
// the others, and takes the time itself, so that the order costs nothing.
#include "bench/process/row_cpython.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/program.h"
#include "bench/process/row.h"

extern char **environ;

static const char *python = "python3";
static pid_t helper;
static FILE *orders;
static FILE *answers;

void cpython_use(const char *program)
{
    python = program;
}

// A pipe whose ends no child inherits by accident.
static int private_pipe(int ends[2])
{
    if (pipe(ends) < 0) {
        return -1;
    }
    (void) fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void) fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

// Starts the helper with `input` and `output` as its standard streams.
static int start_helper(unsigned size_mb, int input, int output)
{
    char size[16];
    char *argv[] = {(char *) (uintptr_t) python,
                    (char *) (uintptr_t) program_cpython_peer(), size, NULL};
    posix_spawn_file_actions_t actions;

    snprintf(size, sizeof(size), "%u", size_mb);
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    }
    if (error == 0) {
        error = posix_spawnp(&helper, python, &actions, NULL, argv, environ);
    }
    (void) posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void cpython_close(void)
{
    if (orders != NULL) {
        (void) fclose(orders);
    }
    if (answers != NULL) {
        (void) fclose(answers);
    }
    orders = NULL;
    answers = NULL;
    if (helper > 0) {
        while (waitpid(helper, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    helper = 0;
}

static int cpython_open(unsigned size_mb)
{
    char line[64];
    int input[2];
    int output[2];

    if (private_pipe(input) < 0 || private_pipe(output) < 0) {
        return row_fail("pipe", errno);
    }
    (void) signal(SIGPIPE, SIG_IGN); // a helper that died is an answer missing
    int error = start_helper(size_mb, input[0], output[1]);
    (void) close(input[0]);
    (void) close(output[1]);
    orders = fdopen(input[1], "w");
    answers = fdopen(output[0], "r");
    if (orders == NULL || answers == NULL) {
        return row_fail("fdopen", errno);
    }
    if (error != 0 || fgets(line, sizeof(line), answers) == NULL ||
        strncmp(line, "ready ", 6) != 0) {
        cpython_close();
        fprintf(stderr, "bench-process: %s is left out: it does not start\n",
                python);
        return 1;
    }
    return 0;
}

static int cpython_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    char line[256];
    char *end = NULL;

    if (fprintf(orders, "%s %u\n", strchr(row->name, '-') + 1, count) < 0 ||
        fflush(orders) != 0 || fgets(line, sizeof(line), answers) == NULL) {
        return row_fail("the CPython helper has ended", 0);
    }
    *elapsed = strtoll(line, &end, 10);
    if (end == line) {
        line[strcspn(line, "\n")] = '\0';
        return row_fail(line, 0);
    }
    return 0;
}

static const struct row rows[] = {
    {"cpython-fork", "CPython's multiprocessing, fork", cpython_run, NULL},
    {"cpython-spawn", "CPython's multiprocessing, spawn", cpython_run, NULL},
    {"cpython-forkserver", "CPython's multiprocessing, forkserver", cpython_run,
     NULL},
};

const struct row_group group_cpython = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};
