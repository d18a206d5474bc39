// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L

#include "bench/common/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/common/row.h"

extern char **environ;

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

// Starts it with `input` and `output` as its standard streams.
static int spawn(struct helper *helper, const char *const *argv, int input,
                 int output)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;

    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    }
    if (error == 0) {
        error = posix_spawnp(&pid, argv[0], &actions, NULL,
                             (char *const *) (uintptr_t) argv, environ);
    }
    helper->pid = error == 0 ? pid : 0;
    (void) posix_spawn_file_actions_destroy(&actions);
    return error;
}

void helper_stop(struct helper *helper)
{
    if (helper->orders != NULL) {
        (void) fclose(helper->orders);
    }
    if (helper->answers != NULL) {
        (void) fclose(helper->answers);
    }
    helper->orders = NULL;
    helper->answers = NULL;
    if (helper->pid > 0) {
        while (waitpid((pid_t) helper->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    helper->pid = 0;
}

int helper_start(struct helper *helper, const char *const *argv)
{
    char line[64];
    int input[2];
    int output[2];

    if (private_pipe(input) < 0 || private_pipe(output) < 0) {
        return row_fail("pipe", errno);
    }
    (void) signal(SIGPIPE, SIG_IGN); // a helper that died is an answer missing
    int error = spawn(helper, argv, input[0], output[1]);
    (void) close(input[0]);
    (void) close(output[1]);
    helper->orders = fdopen(input[1], "w");
    helper->answers = fdopen(output[0], "r");
    if (helper->orders == NULL || helper->answers == NULL) {
        return row_fail("fdopen", errno);
    }
    if (error != 0 || fgets(line, sizeof(line), helper->answers) == NULL ||
        strncmp(line, "ready", 5) != 0) {
        helper_stop(helper);
        return row_left_out(helper->name, "it does not start");
    }
    return 0;
}

int helper_start_python(struct helper *helper, const char *script,
                        const char *argument)
{
    char *path = bench_beside(script);
    if (path == NULL) {
        return -1;
    }
    const char *argv[] = {bench_python(), path, argument, NULL};
    int r = helper_start(helper, argv);
    free(path);
    return r;
}

int helper_ask(struct helper *helper, const char *what, unsigned count,
               int64_t *elapsed)
{
    char line[256];
    char *end = NULL;

    if (fprintf(helper->orders, "%s %u\n", what, count) < 0 ||
        fflush(helper->orders) != 0 ||
        fgets(line, sizeof(line), helper->answers) == NULL) {
        fprintf(stderr, "%s: ", helper->name);
        return row_fail("the helper has ended", 0);
    }
    *elapsed = strtoll(line, &end, 10);
    if (end == line) {
        line[strcspn(line, "\n")] = '\0';
        return row_fail(line, 0);
    }
    return 0;
}
