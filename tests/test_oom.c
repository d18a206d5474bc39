// SPDX-License-Identifier: Apache-2.0
// Children that the system ends for want of memory (Linux): in a control group
// of v1, which only root can make. What is read of such groups is looked at
// behind the exported calls.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "posix/posix_cgroup.h"

#define MEMORY_ROOT "/sys/fs/cgroup/memory"
#define LIMIT (256 << 20)
#define TOO_MUCH ((size_t) 1 << 30)
#define STEP 4096
#define SKIPPED 77 // what ctest knows

// ---- the texts ----

static void counts_are_read(void)
{
    assert_int_equal(mp_posix_oom_kills("low 0\nhigh 0\nmax 12\noom 3\n"
                                        "oom_kill 2\noom_group_kill 0\n"),
                     2);
    assert_int_equal(
        mp_posix_oom_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), 7);
    assert_int_equal(mp_posix_oom_kills("oom_kill 5"), 5);
    assert_int_equal(mp_posix_oom_kills("oom_kill_disable 0\nunder_oom 0\n"),
                     -1);
    assert_int_equal(mp_posix_oom_kills("oom_kill \n"), -1);
    assert_int_equal(mp_posix_oom_kills("oom_kill -1\n"), -1);
    assert_int_equal(mp_posix_oom_kills("\n\n"), -1);
    assert_int_equal(mp_posix_oom_kills(""), -1);
}

static const struct test text_tests[] = {
    {"the counts of both kinds of groups are read", counts_are_read, TEST_ONCE},
};

// ---- the real thing ----

static int eat_memory(const mp_args_t *args)
{
    char *bytes = malloc(TOO_MUCH);

    (void) args;
    for (size_t i = 0; bytes != NULL && i < TOO_MUCH; i += STEP) {
        ((volatile char *) bytes)[i] = 1;
    }
    free(bytes);
    return 3;
}
MP_TARGET(eat_memory)

static void expect_cause(mp_process_t *process, mp_exit_cause_t cause)
{
    int detail = 0;

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), -SIGKILL);
    assert_int_equal(mp_process_exit_cause(process, &detail), cause);
    assert_int_equal(detail, SIGKILL);
    mp_process_destroy(process);
}

static void child_without_memory_is_told(void)
{
    mp_process_t *first = test_start(eat_memory, NULL);
    mp_process_t *second = test_start(eat_memory, NULL);

    expect_cause(first, MP_EXIT_MEMORY);
    expect_cause(second, MP_EXIT_MEMORY);
}

static void child_that_somebody_killed_is_not(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *killed = test_start(test_wait_at_gate, MP_ARGS(gate.name, 0));
    mp_process_t *ours = test_start(test_wait_at_gate, MP_ARGS(gate.name, 0));
    test_gate_await(&gate, 2);
    assert_int_equal(kill((pid_t) mp_process_pid(killed), SIGKILL), 0);
    assert_int_equal(mp_process_kill(ours), 0);
    expect_cause(killed, MP_EXIT_SIGNAL);
    expect_cause(ours, MP_EXIT_KILLED);
    test_gate_destroy(&gate);
}

static const struct test memory_tests[] = {
    {"a child that died for want of memory is told",
     child_without_memory_is_told, TEST_PROCESSES},
    {"a child that somebody killed is not taken for one",
     child_that_somebody_killed_is_not, TEST_PROCESSES},
};

// ---- the group ----

static bool write_number(const char *folder, const char *name, long number)
{
    char path[600];
    char text[32];

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    int length = snprintf(text, sizeof(text), "%ld", number);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool written = write(fd, text, (size_t) length) == length;
    (void) close(fd);
    return written;
}

static bool make_group(char *folder, size_t size)
{
    char line[300];
    char *group = NULL;
    FILE *file = fopen("/proc/self/cgroup", "re");

    while (file != NULL && group == NULL &&
           fgets(line, sizeof(line), file) != NULL) {
        group = strstr(line, ":memory:");
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    if (group == NULL) {
        return false;
    }
    group += strlen(":memory:");
    group[strcspn(group, "\n")] = '\0';
    (void) snprintf(folder, size, MEMORY_ROOT "%s/mp-test-%lld", group,
                    (long long) getpid());
    return mkdir(folder, 0755) == 0;
}

// A group stays what it is for a process, so it has one of its own.
static int run_in(const char *folder)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (!write_number(folder, "memory.limit_in_bytes", LIMIT) ||
            !write_number(folder, "cgroup.procs", (long) getpid())) {
            (void) printf("skipped: no limit for the memory of a group\n");
            exit(SKIPPED);
        }
        (void) write_number(folder, "memory.memsw.limit_in_bytes", LIMIT);
        exit(test_run("out of memory", memory_tests,
                      sizeof(memory_tests) / sizeof(memory_tests[0])));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    char folder[500];
    int result = SKIPPED;

    mp_freeze_support(argc, argv);
    if (make_group(folder, sizeof(folder))) {
        result = run_in(folder);
        (void) rmdir(folder);
    } else {
        (void) printf("skipped: no control group of v1 can be made\n");
    }
    int counted = test_run("counts of ends for want of memory", text_tests, 1);
    return counted != 0 ? 1 : result;
}
