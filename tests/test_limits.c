// SPDX-License-Identifier: Apache-2.0
// Out of descriptors, out of processes (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/handles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 12345 // a user that runs nothing else

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

// Has a child that waits at the gate.
static int wait_below(const mp_args_t *args)
{
    mp_process_t *below = NULL;

    if (test_start_below(&below, "fork", MP_NO, test_wait_at_gate,
                         MP_ARGS(mp_args_text(args, 0), 0)) < 0) {
        return 1;
    }
    return mp_process_join(below, TEST_GUARD_MS);
}
MP_TARGET(wait_below)

// ---- descriptors ----

static void limit_descriptors(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// Fills the gaps below the highest descriptor, so that a limit of its number
// plus one leaves none free. Returns the number of the next one.
static int fill_gaps(int *fillers, int *count)
{
    int highest = 0;

    for (int fd = 0; fd < 2000; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            highest = fd;
        }
    }
    for (*count = 0; *count < 1000; (*count)++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        if (fd > highest) {
            (void) close(fd);
            break;
        }
        fillers[*count] = fd;
    }
    return highest + 1;
}

// With one more descriptor in each round, until a start succeeds: so it fails
// at every place where it opens one.
static void start_with_more_and_more(mp_process_t *process)
{
    static int fillers[1000];
    int filled = 0;
    int r = MP_EMFILE;
    char before[2000];
    char after[2000];
    struct rlimit usual;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    int next = fill_gaps(fillers, &filled);
    test_list_handles(before, sizeof(before));
    int rounds = 0;
    while (r == MP_EMFILE && rounds < 50) {
        limit_descriptors((rlim_t) (next + rounds));
        r = mp_process_start(process);
        if (r != 0) {
            limit_descriptors(usual.rlim_cur);
            test_list_handles(after, sizeof(after));
            assert_string_equal(after, before);
            assert_true(test_has_no_children());
            rounds++;
        }
    }
    int joined = mp_process_join(process, TEST_GUARD_MS);
    limit_descriptors(usual.rlim_cur);
    while (filled > 0) {
        (void) close(fillers[--filled]);
    }
    assert_int_equal(r, 0);
    assert_true(rounds > 0);
    assert_int_equal(joined, 0);
    assert_int_equal(test_finish(process), 5);
}

static void every_missing_descriptor_is_an_error(void)
{
    start_with_more_and_more(test_create(return_it, MP_ARGS(5)));
}

static void so_it_is_with_handles_for_the_child(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    intptr_t pipe[2];

    test_make_pipe(&pipe[0], &pipe[1]);
    options.handles = pipe;
    options.handle_count = 2;
    options.standard_output.kind = MP_STDIO_PIPE;
    assert_int_equal(
        mp_process_create(&process, return_it, MP_ARGS(5), &options), 0);
    start_with_more_and_more(process);
    test_close_handle(pipe[0]);
    test_close_handle(pipe[1]);
}

// Everybody goes on then.
static void tree_without_descriptors_is_left_alone(void)
{
    static int fillers[1000];
    int filled = 0;
    struct rlimit usual;
    test_gate_t gate;
    int r = MP_EMFILE;

    test_gate_create(&gate);
    mp_process_t *process = test_create(wait_below, MP_ARGS(gate.name));
    assert_int_equal(mp_process_start(process), 0);
    test_gate_await(&gate, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    int next = fill_gaps(fillers, &filled);
    for (int more = 0; r < 0 && more < 20; more++) {
        limit_descriptors((rlim_t) (next + more));
        r = mp_process_kill_tree(process);
        limit_descriptors(usual.rlim_cur);
        assert_true(r == 0 || r == MP_EMFILE);
        assert_true(r == 0 || mp_process_is_alive(process) == 1);
    }
    while (filled > 0) {
        (void) close(fillers[--filled]);
    }
    assert_int_equal(r, 0);
    assert_int_equal(test_finish(process), -9);
    test_gate_destroy(&gate);
}

// ---- processes ----

enum { DONE = 0, SKIPPED = 77 };

static int limit_processes(rlim_t most)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NPROC, &limit) < 0) {
        return -1;
    }
    limit.rlim_cur = most;
    return setrlimit(RLIMIT_NPROC, &limit);
}

// Runs in a child of the test's own: the user cannot be changed back.
static int start_without_processes(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    struct rlimit usual;

    if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)) {
        return SKIPPED;
    }
    if (mp_process_create(&process, return_it, MP_ARGS(5), &options) < 0) {
        return 1;
    }
    if (getrlimit(RLIMIT_NPROC, &usual) < 0 || limit_processes(0) < 0) {
        return SKIPPED;
    }
    int r = mp_process_start(process);
    if (r != MP_ENPROC) {
        return r == 0 ? 2 : 100 - r;
    }
    if (!test_has_no_children()) {
        return 3;
    }
    if (limit_processes(usual.rlim_cur) < 0 || mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0 ||
        mp_process_exitcode(process) != 5) {
        return 4;
    }
    mp_process_destroy(process);
    return DONE;
}

static void missing_process_is_an_error(void)
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(start_without_processes());
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static const struct test tests[] = {
    {"a start without descriptors fails, leaks none, and can be tried again",
     every_missing_descriptor_is_an_error, TEST_PROCESSES},
    {"so it is where the child is given handles",
     so_it_is_with_handles_for_the_child, TEST_PROCESSES},
    {"a tree that cannot be looked for without descriptors is left alone",
     tree_without_descriptors_is_left_alone, TEST_PROCESSES},
    {"a start without processes fails and can be tried again",
     missing_process_is_an_error, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("limits", tests, sizeof(tests) / sizeof(tests[0]));
}
