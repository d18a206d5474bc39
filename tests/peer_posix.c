// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/peer.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define GIVEN_NUMBER 50 // of the descriptor, in a fresh peer

// The thread sanitizer cannot follow a fork of a program with threads.
bool peer_can(enum peer_kind kind)
{
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
    return kind != PEER_FORKED;
#endif
#endif
    return kind < PEER_KINDS;
}

static pid_t start_fresh(const mp_plat_memory_t *memory, int role, int number)
{
    posix_spawn_file_actions_t actions;
    char flag[] = "--peer";
    char words[3][32];
    char path[1000];
    pid_t pid = -1;

    test_program_path(PEER_PROGRAM, path, sizeof(path));
    (void) snprintf(words[0], sizeof(words[0]), "%zu", memory->size);
    (void) snprintf(words[1], sizeof(words[1]), "%d", role);
    (void) snprintf(words[2], sizeof(words[2]), "%d", number);
    char *argv[] = {path, flag, words[0], words[1], words[2], NULL};
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(
                         &actions, (int) memory->handle, GIVEN_NUMBER),
                     0);
    assert_int_equal(posix_spawn(&pid, path, &actions, NULL, argv, environ), 0);
    (void) posix_spawn_file_actions_destroy(&actions);
    return pid;
}

void peer_start(peer_t *peer, enum peer_kind kind,
                const mp_plat_memory_t *memory, int role, int number)
{
    pid_t pid =
        kind == PEER_FORKED ? fork() : start_fresh(memory, role, number);

    assert_true(pid >= 0);
    if (pid == 0) {
        (void) peer_prepare(memory);
        _exit(peer_roles[role](memory, number));
    }
    peer->pid = pid;
    peer->process = -1;
}

void peer_main(int argc, char **argv)
{
    mp_plat_memory_t memory;

    if (argc != 5 || strcmp(argv[1], "--peer") != 0) {
        return;
    }
    size_t size = strtoull(argv[2], NULL, 10);
    if (mp_plat_memory_open(&memory, GIVEN_NUMBER, size) < 0 ||
        peer_prepare(&memory) < 0) {
        exit(98);
    }
    int code = peer_roles[atoi(argv[3])](&memory, atoi(argv[4]));
    mp_plat_memory_close(&memory);
    exit(code);
}

static bool has_ended(const peer_t *peer)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t) peer->pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == (pid_t) peer->pid;
}

void peer_await_end(const peer_t *peer)
{
    int64_t deadline = peer_guard();
    bool in_time = true;

    while (!has_ended(peer)) {
        if (in_time && mp_plat_now() > deadline) {
            peer_kill(peer);
            in_time = false;
        }
        (void) usleep(200);
    }
    assert_true(in_time);
}

int peer_wait(peer_t *peer)
{
    int status = 0;

    peer_await_end(peer);
    assert_int_equal(waitpid((pid_t) peer->pid, &status, 0), peer->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void peer_kill(const peer_t *peer)
{
    assert_int_equal(kill((pid_t) peer->pid, SIGKILL), 0);
}
