// SPDX-License-Identifier: Apache-2.0
// What POSIX itself takes, without a library between.
#include "bench/process/groups.h"

#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/program.h"

extern char **environ;

static int wait_for(pid_t pid, const char *what)
{
    int status = 0;
    pid_t ended;

    do {
        ended = waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) {
        return row_fail(what, errno);
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return code == 0 ? 0 : row_fail_end(what, code);
}

static int fork_once(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    if (pid < 0) {
        return row_fail("fork", errno);
    }
    return wait_for(pid, "fork");
}

// The limit: nothing is copied and nothing is loaded. Apple's vfork() is
// fork() under a name that its headers tell to avoid.
#ifndef __APPLE__
static int vfork_once(void)
{
    pid_t pid = vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (pid == 0) {
        _exit(0);
    }
    if (pid < 0) {
        return row_fail("vfork", errno);
    }
    return wait_for(pid, "vfork");
}
#endif

static int spawn(const char *program, const char *argument)
{
    char *argv[] = {(char *) (uintptr_t) program, (char *) (uintptr_t) argument,
                    NULL};
    pid_t pid = 0;
    int error = posix_spawn(&pid, program, NULL, NULL, argv, environ);
    if (error != 0) {
        return row_fail(program, error);
    }
    return wait_for(pid, program);
}

static int spawn_self_once(void)
{
    return spawn(program_self(), PROGRAM_LEAVE);
}

static int spawn_tiny_once(void)
{
    return spawn(program_tiny(), NULL);
}

static void *nothing(void *argument)
{
    return argument;
}

static int thread_once(void)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, nothing, NULL);
    if (error == 0) {
        error = pthread_join(thread, NULL);
    }
    return error == 0 ? 0 : row_fail("pthread", error);
}

static const struct row rows[] = {
    {.name = "raw-fork",
     .what = "fork, _exit, waitpid",
     .run = row_repeat,
     .once = fork_once},
    {.name = "raw-spawn-self",
     .what = "posix_spawn of this program, which leaves at once",
     .run = row_repeat,
     .once = spawn_self_once},
    {.name = "raw-spawn-tiny",
     .what = "posix_spawn of a program that does nothing",
     .run = row_repeat,
     .once = spawn_tiny_once},
    {.name = "raw-thread",
     .what = "pthread_create, pthread_join",
     .run = row_repeat,
     .once = thread_once},
#ifndef __APPLE__
    {.name = "vfork",
     .what = "vfork, _exit, waitpid: the limit",
     .run = row_repeat,
     .once = vfork_once},
#endif
};

const struct row_group group_raw = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
