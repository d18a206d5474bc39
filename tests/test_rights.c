// SPDX-License-Identifier: Apache-2.0
// Programs that have rights which their caller has not (POSIX, tried as root):
// a start block in the hands of that caller would be code run with them.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 12345 // a user and a group that run nothing else
#define REFUSED 125
#define SANITIZER_FAILED 1
#define RAN 5

// Exit codes of a caller that cannot do its work, and 100 less the error of a
// start.
enum { NO_JOIN = 97, NO_CALL = 98, NO_SETUP = 99 };

// What must not happen leaves a trace.
static int leave_trace(const mp_args_t *args)
{
    int fd = open(mp_args_text(args, 0), O_WRONLY | O_APPEND | O_CLOEXEC);

    if (fd >= 0) {
        (void) !write(fd, "x", 1);
        (void) close(fd);
    }
    return RAN;
}
MP_TARGET(leave_trace)

// ---- files: a copy of this program, and where it leaves its trace ----

static char program[300];
static char trace[300];

static void need_root(void)
{
    struct statvfs system;

    if (geteuid() != 0) {
        skip();
    }
    test_make_file(program, sizeof(program));
    test_make_file(trace, sizeof(trace));
    if (statvfs(program, &system) < 0 || (system.f_flag & ST_NOSUID) != 0) {
        (void) unlink(program);
        (void) unlink(trace);
        skip();
    }
    char *own = NULL;
    assert_int_equal(mp_get_executable(&own), 0);
    test_copy_file(own, program);
    mp_free(own);
    assert_int_equal(chmod(trace, 0666), 0);
}

static void remove_files(void)
{
    (void) unlink(program);
    (void) unlink(trace);
}

static off_t trace_left(void)
{
    struct stat status;

    assert_int_equal(stat(trace, &status), 0);
    assert_int_equal(truncate(trace, 0), 0);
    return status.st_size;
}

// ---- callers, each in a process that cannot get its rights back ----

static int exit_code(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run_as_nobody(int (*run)(void))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ? NO_SETUP : run());
    }
    return exit_code(pid);
}

static int start_by_the_library(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (mp_set_executable(program) < 0 ||
        mp_process_create(&process, leave_trace, MP_ARGS(trace), &options) <
            0) {
        return NO_CALL;
    }
    int r = mp_process_start(process);
    if (r < 0) {
        return 100 - r;
    }
    r = mp_process_join(process, TEST_GUARD_MS);
    return r == 0 ? mp_process_exitcode(process) : NO_JOIN;
}

// A start block as the library sends it.
static unsigned char block[4096];
static size_t block_size;

// The memory that this process shares: a file without a name.
static int own_memory(void)
{
    struct stat file;

    for (int descriptor = 10; descriptor < 100; descriptor++) {
        if (fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode) &&
            file.st_nlink == 0) {
            return descriptor;
        }
    }
    return -1;
}

// The last bytes of a block tell the number that its memory has in the child.
static bool give_memory(void)
{
    int number = block[block_size - 8];

    return number > 3 && number < 10 && dup2(own_memory(), number) == number;
}

// The channel is the caller's own, so that it belongs to the parent of the
// program. What it says to the program is no nonsense.
static int start_by_hand(void)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        write(ends[1], block, block_size) != (ssize_t) block_size) {
        return NO_CALL;
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void) close(ends[1]);
        if ((ends[0] == 3 || dup2(ends[0], 3) == 3) && give_memory()) {
            (void) fcntl(3, F_SETFD, 0);
            (void) execl(program, program, "--multiprocessing-c-child=3",
                         (char *) NULL);
        }
        _exit(NO_CALL);
    }
    (void) close(ends[0]);
    return exit_code(pid);
}

// Has the library start a program that keeps what it is sent.
static void capture_block(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn"),
                                    .start_timeout_ms = 2000};
    mp_process_t *process = NULL;
    char script[300];
    char file[300];

    test_make_file(script, sizeof(script));
    test_make_file(file, sizeof(file));
    FILE *text = fopen(script, "w");
    assert_non_null(text);
    (void) fprintf(text, "#!/bin/sh\nexec dd bs=4096 count=1 <&3 >%s 2>%s\n",
                   file, "/dev/null");
    assert_int_equal(fclose(text), 0);
    assert_int_equal(chmod(script, 0755), 0);
    options.executable = script;
    assert_int_equal(
        mp_process_create(&process, leave_trace, MP_ARGS(trace), &options), 0);
    assert_true(mp_process_start(process) < 0);
    mp_process_destroy(process);
    text = fopen(file, "r");
    assert_non_null(text);
    block_size = fread(block, 1, sizeof(block), text);
    (void) fclose(text);
    test_remove_file(script);
    test_remove_file(file);
    assert_true(block_size > 24 && block_size < sizeof(block));
}

// ---- the tests ----

// A sanitizer cannot look for leaks in a program with such rights, and says so
// by another code.
static bool is_refusal(int code)
{
    return code == REFUSED || code == SANITIZER_FAILED;
}

static void try_rights(int (*run)(void), mode_t mode, int *code, off_t *left)
{
    assert_int_equal(chown(program, 0, 0), 0);
    assert_int_equal(chmod(program, mode), 0);
    *code = run_as_nobody(run);
    *left = trace_left();
}

static void start_with_rights(int (*run)(void), bool *works, int *set_uid,
                              int *set_gid, off_t *left)
{
    int code = 0;
    off_t more = 0;

    try_rights(run, 0755, &code, &more);
    *works = code == RAN && more == 1;
    try_rights(run, 04755, set_uid, left);
    try_rights(run, 02755, set_gid, &more);
    *left += more;
}

static void program_with_rights_of_another_is_no_child(void)
{
    bool works = false;
    int set_uid = 0;
    int set_gid = 0;
    off_t left = 0;

    need_root();
    start_with_rights(start_by_the_library, &works, &set_uid, &set_gid, &left);
    remove_files();
    assert_true(works);
    assert_in_range(set_uid, 101, 199);
    assert_in_range(set_gid, 101, 199);
    assert_int_equal(left, 0);
}

// Of a set-gid program the user is the caller's, whom the check of the channel
// would let through.
static void hostile_start_block_gets_nowhere(void)
{
    bool works = false;
    int set_uid = 0;
    int set_gid = 0;
    off_t left = 0;

    need_root();
    capture_block();
    start_with_rights(start_by_hand, &works, &set_uid, &set_gid, &left);
    remove_files();
    assert_true(works); // the block is a real one
    assert_true(is_refusal(set_uid));
    assert_true(is_refusal(set_gid));
    assert_int_equal(left, 0);
}

static const struct test tests[] = {
    {"a program with the rights of another user is no child",
     program_with_rights_of_another_is_no_child, TEST_ONCE},
    {"a marker and a real start block get nowhere in a set-uid program",
     hostile_start_block_gets_nowhere, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("rights", tests, sizeof(tests) / sizeof(tests[0]));
}
