// SPDX-License-Identifier: Apache-2.0
// What comes through the channel of mp-worker (POSIX): it loads nothing for a
// caller that is not its parent, and answers its parent clearly.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/prologue.h"

#define MARKER "--multiprocessing-c-child=3"
#define REFUSED 125
#define HANGS_S 20 // less than it waits for a list of modules

static void put(unsigned char *bytes, uint64_t number, int size)
{
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char) (number >> (8 * i));
    }
}

// A list that names one module.
static size_t describe(unsigned char *bytes, uint32_t format, const char *path)
{
    size_t size = strlen(path) + 1;

    put(bytes, MP__PROLOGUE_MAGIC, 8);
    put(bytes + 8, format, 4);
    put(bytes + 12, 0, 4);
    put(bytes + 16, 1, 4);
    put(bytes + 20, 0, 4);
    put(bytes + 24, size, 8);
    memcpy(bytes + MP__PROLOGUE_HEADER_SIZE, path, size);
    return MP__PROLOGUE_HEADER_SIZE + size;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void become_worker(int channel)
{
    if (dup2(channel, 3) == 3) {
        (void) alarm(HANGS_S);
        (void) execl(MP_TEST_WORKER, "mp-worker", MARKER, (char *) NULL);
    }
    _exit(1);
}

// Runs the worker with these bytes on its channel; what it answers.
static int run(const unsigned char *bytes, size_t size, bool between,
               char *answer, size_t room)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], bytes, size), (ssize_t) size);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pid_t below = between ? fork() : 0;
        if (below == 0) {
            become_worker(ends[0]);
        }
        _exit(wait_for(below) & 0xff);
    }
    (void) close(ends[0]);
    ssize_t got = recv(ends[1], answer, room - 1, MSG_WAITALL);
    (void) close(ends[1]);
    memset(answer + (got < 0 ? 0 : got), 0,
           room - (size_t) (got < 0 ? 0 : got));
    return wait_for(pid);
}

// The code in an answer: behind a magic and a kind.
static int code_of(const char *answer)
{
    const unsigned char *bytes = (const unsigned char *) answer + 8;
    return (int) ((uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 |
                  (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24);
}

static void expect_answer(uint32_t format, const char *path, int code)
{
    unsigned char bytes[4096];
    char answer[2000];

    size_t size = describe(bytes, format, path);
    assert_int_equal(run(bytes, size, false, answer, sizeof(answer)), REFUSED);
    assert_int_equal(code_of(answer), code);
}

static void another_format_is_refused(void)
{
    expect_answer(MP__PROLOGUE_FORMAT + 1, "/nowhere", MP_EVERSION);
}

static void modules_are_named_by_absolute_paths(void)
{
    expect_answer(MP__PROLOGUE_FORMAT, "libc.so.6", MP_EPROTO);
}

static void missing_module_is_told(void)
{
    expect_answer(MP__PROLOGUE_FORMAT, "/nowhere/plugin.so", MP_ENOENT);
}

static void malformed_lists_are_refused(void)
{
    unsigned char bytes[4096];
    char answer[2000];

    for (int at = 0; at < MP__PROLOGUE_HEADER_SIZE; at++) {
        size_t size = describe(bytes, MP__PROLOGUE_FORMAT, "/nowhere");
        bytes[at] ^= 0x80;
        memset(bytes + size, 'x', sizeof(bytes) - size);
        bytes[sizeof(bytes) - 1] = 0;
        if (at >= 24 && at < 26) {
            continue; // a size that it waits for
        }
        int code = run(bytes, sizeof(bytes), false, answer, sizeof(answer));
        assert_int_equal(code, REFUSED);
    }
}

#ifndef MP_TEST_PORTABLE // where no system call tells who the peer is
static void caller_that_is_not_the_parent_gets_nothing_loaded(void)
{
    unsigned char bytes[4096];
    char answer[2000];

    size_t size = describe(bytes, MP__PROLOGUE_FORMAT, "/nowhere/plugin.so");
    assert_int_equal(run(bytes, size, true, answer, sizeof(answer)), REFUSED);
    assert_int_equal(answer[0], 0); // not a word
}
#endif

static const struct test tests[] = {
    {"a list of modules in another format is refused",
     another_format_is_refused, TEST_ONCE},
    {"modules are named by absolute paths", modules_are_named_by_absolute_paths,
     TEST_ONCE},
    {"a missing module is told", missing_module_is_told, TEST_ONCE},
    {"malformed lists are refused", malformed_lists_are_refused, TEST_ONCE},
#ifndef MP_TEST_PORTABLE
    {"a caller that is not the parent gets nothing loaded",
     caller_that_is_not_the_parent_gets_nothing_loaded, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("worker channel", tests, sizeof(tests) / sizeof(tests[0]));
}
