// SPDX-License-Identifier: Apache-2.0
// What fork() must not carry over: handles, buffers, offsets, exit handlers;
// in the library's children and in those of the user's own fork().
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1000;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Runs `check` in a child of the user's own making; its result.
static int in_fork(int (*check)(void))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(check());
    }
    return wait_for(pid);
}

// ---- handles ----

static mp_process_t *running;
static mp_process_t *unstarted;

// 0, or the number of the first call that did not refuse.
static int use_foreign_handles(void)
{
    intptr_t sentinel;

    if (mp_process_join(running, 0) != MP_ESTATE ||
        mp_process_join(running, MP_FOREVER) != MP_ESTATE) {
        return 1;
    }
    if (mp_process_is_alive(running) != MP_ESTATE) {
        return 2;
    }
    if (mp_process_terminate(running) != MP_ESTATE ||
        mp_process_kill(running) != MP_ESTATE) {
        return 3;
    }
    if (mp_process_sentinel(running, &sentinel) != MP_ESTATE) {
        return 4;
    }
    if (mp_process_start(unstarted) != MP_ESTATE) {
        return 5;
    }
    return 0;
}

static int has_no_children(void)
{
    mp_process_t **children = NULL;
    size_t count = 99;

    if (mp_active_children(&children, &count) != 0) {
        return 6;
    }
    mp_active_children_free(children, count);
    return count == 0 && children == NULL ? 0 : 7;
}

static int use_foreign_handles_in_target(const mp_args_t *args)
{
    int r = use_foreign_handles();

    (void) args;
    return r != 0 ? r : has_no_children();
}

static int use_foreign_handles_in_fork(void)
{
    int r = use_foreign_handles();

    return r != 0 ? r : has_no_children();
}

static void with_handles(void (*use)(void))
{
    test_gate_t gate;

    test_gate_create(&gate);
    running = test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    unstarted = test_create(test_wait_at_gate, MP_ARGS("", 0));
    test_gate_await(&gate, 1);
    use();
    assert_int_equal(mp_process_is_alive(running), 1);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(running), 4);
    mp_process_destroy(unstarted);
    test_gate_destroy(&gate);
}

static void use_in_target(void)
{
    mp_process_options_t options = {.context = mp_get_context("fork")};
    mp_process_t *process = NULL;

    assert_int_equal(mp_process_create(&process, use_foreign_handles_in_target,
                                       NULL, &options),
                     0);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 0);
}

static void handles_are_foreign_in_a_forked_child(void)
{
    with_handles(use_in_target);
}

static void use_in_fork(void)
{
    assert_int_equal(in_fork(use_foreign_handles_in_fork), 0);
}

static void handles_are_foreign_after_the_users_fork(void)
{
    with_handles(use_in_fork);
}

static void leave_fork_by_exit(void)
{
    (void) fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        exit(0);
    }
    assert_int_equal(wait_for(pid), 0);
}

static void exit_after_the_users_fork_spares_the_children(void)
{
    with_handles(leave_fork_by_exit);
}

// ---- the library after the user's own fork() ----

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static int start_own_child(mp_target_fn target, const char *reason)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    if (mp_parent_process() != NULL ||
        mp_process_pid(mp_current_process()) != getpid()) {
        return 1;
    }
    if (mp_process_create(&process, target, MP_ARGS(23), &options) != 0 ||
        mp_process_start(process) != 0) {
        return 2;
    }
    if (mp_process_join(process, TEST_GUARD_MS) != 0 ||
        mp_process_exitcode(process) != 23) {
        return 3;
    }
    const char *said = mp_process_failure(process);
    if (strcmp(said != NULL ? said : "(none)", reason) != 0) {
        return 4;
    }
    mp_process_destroy(process);
    return 0;
}

static int start_it(void)
{
    return start_own_child(return_it, "(none)");
}

static void library_works_after_the_users_fork(void)
{
    assert_int_equal(in_fork(start_it), 0);
}

static int print_and_return(const mp_args_t *args)
{
    (void) printf("this must not get into a channel\n");
    (void) fflush(stdout);
    return mp_failure((int) mp_args_int(args, 0), "a reason");
}
MP_TARGET(print_and_return)

static int start_without_streams(void)
{
    (void) close(STDIN_FILENO);
    (void) close(STDOUT_FILENO);
    (void) close(STDERR_FILENO);
    return start_own_child(print_and_return, "a reason");
}

static void library_works_without_standard_streams(void)
{
    assert_int_equal(in_fork(start_without_streams), 0);
}

// ---- streams ----

static int replace(int descriptor, const char *path)
{
    int saved = fcntl(descriptor, F_DUPFD_CLOEXEC, 50);
    int file = open(path, O_RDWR | O_CLOEXEC);

    (void) dup2(file, descriptor);
    (void) close(file);
    return saved;
}

static void restore(int descriptor, int saved)
{
    (void) dup2(saved, descriptor);
    (void) close(saved);
}

static int print_child(const mp_args_t *args)
{
    (void) args;
    (void) printf("child;");
    return 0;
}
MP_TARGET(print_child)

static void stdout_is_written_once(void)
{
    char path[300];
    char text[100] = "";

    test_make_file(path, sizeof(path));
    (void) fflush(stdout);
    int saved = replace(STDOUT_FILENO, path);
    (void) printf("parent;");
    mp_process_t *process = test_create(print_child, NULL);
    int r = mp_process_start(process);
    int joined = mp_process_join(process, TEST_GUARD_MS);
    (void) fflush(stdout);
    (void) lseek(STDOUT_FILENO, 0, SEEK_SET);
    ssize_t size = read(STDOUT_FILENO, text, sizeof(text) - 1);
    restore(STDOUT_FILENO, saved);
    test_remove_file(path);
    assert_int_equal(r, 0);
    assert_int_equal(joined, 0);
    assert_int_equal(size, 13);
    assert_string_equal(text, "parent;child;");
    assert_int_equal(test_finish(process), 0);
}

static void stdin_is_not_rewound(void)
{
    char path[300];
    char line[20] = "";

    test_make_file(path, sizeof(path));
    int saved = replace(STDIN_FILENO, path);
    assert_int_equal(write(STDIN_FILENO, "one\ntwo\nthree\n", 14), 14);
    (void) lseek(STDIN_FILENO, 0, SEEK_SET);
    clearerr(stdin);
    char *got = fgets(line, sizeof(line), stdin);
    off_t before = lseek(STDIN_FILENO, 0, SEEK_CUR);
    int code = test_call(return_it, MP_ARGS(0));
    off_t after = lseek(STDIN_FILENO, 0, SEEK_CUR);
    restore(STDIN_FILENO, saved);
    test_remove_file(path);
    assert_int_equal(code, 0);
    assert_non_null(got);
    assert_string_equal(line, "one\n");
    assert_int_equal(after, before);
}

// ---- exit handlers ----

static int *exits_elsewhere;
static pid_t first_pid;

static void count_exit(void)
{
    if (getpid() != first_pid) {
        ++*exits_elsewhere;
    }
}

static void parents_exit_handlers_do_not_run_in_a_child(void)
{
    exits_elsewhere = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(exits_elsewhere != MAP_FAILED);
    first_pid = getpid();
    assert_int_equal(atexit(count_exit), 0);
    assert_int_equal(test_call(return_it, MP_ARGS(0)), 0);
    assert_int_equal(*exits_elsewhere, 0);
}

// ---- the ends of siblings ----

static int count_descriptors(const mp_args_t *args)
{
    int count = 0;

    (void) args;
    for (int fd = 0; fd < 2000; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return mp_failure(0, "%d", count);
}
MP_TARGET(count_descriptors)

// What comes over a descriptor that is armed is a signal, which ends the child.
static int look_for_armed_sockets(const mp_args_t *args)
{
    int armed = 0;

    (void) args;
    for (int fd = 0; fd < 2000; fd++) {
        int type = 0;
        socklen_t size = sizeof(type);
        armed += getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                 (fcntl(fd, F_GETFL) & O_ASYNC) != 0;
    }
    return armed;
}
MP_TARGET(look_for_armed_sockets)

static void nothing_that_is_written_to_is_armed(void)
{
    assert_int_equal(test_call(look_for_armed_sockets, MP_NO_ARGS), 0);
}

#define SIBLINGS 10

static void child_has_no_ends_of_its_siblings(void)
{
    mp_process_t *siblings[SIBLINGS];
    intptr_t sentinel;
    test_gate_t gate;
    char alone[20];
    char among[20];

    test_gate_create(&gate);
    test_ask(count_descriptors, NULL, alone, sizeof(alone));
    for (int i = 0; i < SIBLINGS; i++) {
        siblings[i] = test_start(test_wait_at_gate, MP_ARGS(gate.name, 0));
        assert_int_equal(mp_process_sentinel(siblings[i], &sentinel), 0);
    }
    test_ask(count_descriptors, NULL, among, sizeof(among));
    test_gate_release(&gate, SIBLINGS);
    for (int i = 0; i < SIBLINGS; i++) {
        assert_int_equal(test_finish(siblings[i]), 0);
    }
    test_gate_destroy(&gate);
    assert_string_equal(among, alone);
}

static const struct test tests[] = {
    {"handles of the parent are foreign in a forked child",
     handles_are_foreign_in_a_forked_child, TEST_ALL},
    {"handles of the parent are foreign after the user's own fork",
     handles_are_foreign_after_the_users_fork, TEST_ALL},
    {"exit after the user's own fork spares the parent's children",
     exit_after_the_users_fork_spares_the_children, TEST_PROCESSES},
    {"the library works after the user's own fork",
     library_works_after_the_users_fork, TEST_ALL},
    {"the library works without standard streams",
     library_works_without_standard_streams, TEST_ALL},
    {"what stands in the buffer of stdout is written once",
     stdout_is_written_once, TEST_ALL},
    {"the end of a child does not rewind stdin", stdin_is_not_rewound,
     TEST_FORK}, // a second round would find the rest of the first in stdin
    {"exit handlers of the parent do not run in a child",
     parents_exit_handlers_do_not_run_in_a_child, TEST_PROCESSES},
    {"a child has nothing of the library's ends of its siblings",
     child_has_no_ends_of_its_siblings, TEST_PROCESSES},
    {"nothing that is written to is armed", nothing_that_is_written_to_is_armed,
     TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("fork", tests, sizeof(tests) / sizeof(tests[0]));
}
