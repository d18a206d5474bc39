// SPDX-License-Identifier: Apache-2.0
// Markers that come with a descriptor which is no start channel, or not the
// parent's (POSIX). The program is programs/hasty.c, which notes g and then,
// were it to get past mp_freeze_support() or to run a target, something more.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARKER "--multiprocessing-c-child="
#define NOT_STARTED 88
#define HANGS_S 20 // less than a child waits for its start block

// Replaces this process by the program, with `descriptor` as number 3.
static void become(const char *path, int descriptor, const char *marker)
{
    if (descriptor < 0 || dup2(descriptor, 3) < 0) {
        _exit(NOT_STARTED);
    }
    if (descriptor == 3) {
        (void) fcntl(3, F_SETFD, 0);
    }
    (void) alarm(HANGS_S);
    (void) execl(path, path, marker, (char *) NULL);
    _exit(NOT_STARTED);
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Runs it with a parent in between where the channel must not be the parent's.
static int run_with(int descriptor, const char *marker, bool between,
                    char *notes, size_t size)
{
    char path[1000];
    char file[300];

    test_program_path("hasty", path, sizeof(path));
    test_make_file(file, sizeof(file));
    test_set_variable("MP_TEST_FILE", file);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pid_t below = between ? fork() : 0;
        if (below == 0) {
            become(path, descriptor, marker);
        }
        int code = wait_for(below);
        _exit(code < 0 ? NOT_STARTED : code);
    }
    int code = wait_for(pid);
    FILE *stream = fopen(file, "r");
    assert_non_null(stream);
    notes[fread(notes, 1, size - 1, stream)] = '\0';
    (void) fclose(stream);
    test_remove_file(file);
    return code;
}

static void expect_refused(int code, const char *notes)
{
    assert_true(code > 0); // by itself, not by alarm()
    assert_int_not_equal(code, NOT_STARTED);
    assert_string_equal(notes, "g");
}

static void expect_refusal(int descriptor, bool between)
{
    char notes[100];
    int code = run_with(descriptor, MARKER "3", between, notes, sizeof(notes));

    expect_refused(code, notes);
    code = run_with(descriptor, MARKER "3,3", between, notes, sizeof(notes));
    expect_refused(code, notes);
    code = run_with(descriptor, MARKER "3;3", between, notes, sizeof(notes));
    expect_refused(code, notes);
    code = run_with(descriptor, MARKER "3/3", between, notes, sizeof(notes));
    expect_refused(code, notes);
    code = run_with(descriptor, MARKER "3;4/", between, notes, sizeof(notes));
    expect_refused(code, notes);
    code = run_with(descriptor, MARKER "3,4;", between, notes, sizeof(notes));
    expect_refused(code, notes);
}

static void pipe_is_refused(void)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    expect_refusal(ends[0], false);
    expect_refusal(ends[1], false);
    (void) close(ends[0]);
    (void) close(ends[1]);
}

static void file_is_refused(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);

    expect_refusal(null, false);
    expect_refusal(zero, false);
    (void) close(null);
    (void) close(zero);
}

static void tcp_socket_is_refused(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    expect_refusal(fd, false);
    (void) close(fd);
}

static void closed_channel_is_refused(void)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    (void) close(ends[1]);
    expect_refusal(ends[0], false);
    (void) close(ends[0]);
}

static void nonsense_from_the_parent_is_refused(void)
{
    static const unsigned char bytes[4096] = {0xff, 0xff, 0xff, 0xff, 0xff};

    for (size_t size = 1; size <= sizeof(bytes); size *= 4) {
        int ends[2];
        char notes[100];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        assert_int_equal(write(ends[1], bytes, size), (ssize_t) size);
        (void) close(ends[1]);
        int code = run_with(ends[0], MARKER "3", false, notes, sizeof(notes));
        (void) close(ends[0]);
        expect_refused(code, notes);
    }
}

#ifndef MP_TEST_PORTABLE // where no system call tells who the peer is
// Its other end stays open and silent: only the check of the peer can refuse.
static void channel_of_a_stranger_is_refused_at_once(void)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    expect_refusal(ends[0], true);
    (void) close(ends[0]);
    (void) close(ends[1]);
}
#endif

static const struct test tests[] = {
    {"a pipe is no start channel", pipe_is_refused, TEST_ONCE},
    {"a file is no start channel", file_is_refused, TEST_ONCE},
    {"a TCP socket is no start channel", tcp_socket_is_refused, TEST_ONCE},
    {"a channel whose other side is closed is refused",
     closed_channel_is_refused, TEST_ONCE},
    {"nonsense in place of a start block is refused",
     nonsense_from_the_parent_is_refused, TEST_ONCE},
#ifndef MP_TEST_PORTABLE
    {"the channel of a process that is not the parent is refused at once",
     channel_of_a_stranger_is_refused_at_once, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("marker", tests, sizeof(tests) / sizeof(tests[0]));
}
