// SPDX-License-Identifier: Apache-2.0
// Old kernels and sandboxes: processes work where the calls around pidfds, and
// membarrier, answer ENOSYS or EPERM (Linux).
#define _GNU_SOURCE // the system calls by name
#include "tests/support.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The same numbers on every architecture; older headers have no names.
#define CALL_PIDFD_SEND_SIGNAL 424
#define CALL_PIDFD_OPEN 434
#define CALL_PIDFD_GETFD 438

static int refuse_calls(unsigned error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_PIDFD_SEND_SIGNAL, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_PIDFD_OPEN, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_PIDFD_GETFD, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return -1;
    }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void filter_is_in_force(void)
{
    assert_int_equal(syscall(CALL_PIDFD_OPEN, getpid(), 0), -1);
    assert_int_not_equal(errno, 0);
}

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void processes_start_and_end(void)
{
    assert_int_equal(test_call(return_it, MP_ARGS(5)), 5);
    assert_int_equal(test_call(return_it, MP_ARGS(0)), 0);
}

static void join_has_a_time_limit(void)
{
    test_gate_t gate;
    intptr_t sentinel;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_join(process, 0), MP_ETIMEDOUT);
    int64_t begin = test_now_ms();
    assert_int_equal(mp_process_join(process, 50), MP_ETIMEDOUT);
    assert_true(test_now_ms() - begin >= 49);
    assert_int_equal(mp_process_sentinel(process, &sentinel), 0);
    assert_false(test_is_ready(sentinel, 0));
    assert_int_equal(mp_process_is_alive(process), 1);
    test_gate_release(&gate, 1);
    assert_true(test_is_ready(sentinel, TEST_GUARD_MS));
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

static void children_can_be_ended(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    errno = ESRCH; // what an earlier call left there must not count
    assert_int_equal(mp_process_kill(process), 0);
    assert_int_equal(test_finish(process), -9);
    test_gate_destroy(&gate);
}

static int watch_parent(const mp_args_t *args)
{
    mp_process_t *parent = mp_parent_process();

    (void) args;
    if (parent == NULL || mp_process_is_alive(parent) != 1) {
        return 1;
    }
    return mp_process_join(parent, 0) == MP_ETIMEDOUT ? 0 : 2;
}
MP_TARGET(watch_parent)

static void child_sees_that_its_parent_runs(void)
{
    assert_int_equal(test_call(watch_parent, NULL), 0);
}

static int answer(const mp_args_t *args)
{
    mp_queue_t *questions = mp_args_queue(args, 0);
    mp_queue_t *answers = mp_args_queue(args, 1);
    char byte = 0;
    size_t size = 0;

    while (mp_queue_get_bytes(questions, &byte, 1, &size, TEST_GUARD_MS) == 0) {
        if (mp_queue_put_bytes(answers, &byte, 1, TEST_GUARD_MS) != 0) {
            return 1;
        }
    }
    return mp_last_error()->code == MP_ESHUTDOWN ? 0 : 2;
}
MP_TARGET(answer)

// Without that call neither side may rely on the other's fence.
static void who_waits_at_a_queue_is_woken(void)
{
    mp_queue_t *questions = NULL;
    mp_queue_t *answers = NULL;
    char byte = 0;
    size_t size = 0;

    assert_int_equal(mp_queue_create(&questions, 1, NULL), 0);
    assert_int_equal(mp_queue_create(&answers, 0, NULL), 0);
    mp_process_t *process = test_start(answer, MP_ARGS(questions, answers));
    for (char i = 0; i < 20; i++) {
        (void) mp_wait(NULL, 0, i % 3, NULL); // so that it sleeps now and then
        assert_int_equal(mp_queue_put_bytes(questions, &i, 1, TEST_GUARD_MS),
                         0);
        assert_int_equal(
            mp_queue_get_bytes(answers, &byte, 1, &size, TEST_GUARD_MS), 0);
        assert_int_equal(byte, i);
    }
    assert_int_equal(mp_queue_shutdown(questions, false), 0);
    assert_int_equal(test_finish(process), 0);
    mp_queue_destroy(questions);
    mp_queue_destroy(answers);
}

static const struct test tests[] = {
    {"the calls around pidfds are refused", filter_is_in_force, TEST_ONCE},
    {"processes start and end", processes_start_and_end, TEST_ALL},
    {"join has a time limit, and the sentinel works", join_has_a_time_limit,
     TEST_ALL},
    {"children can be ended", children_can_be_ended, TEST_PROCESSES},
    {"a child sees that its parent runs", child_sees_that_its_parent_runs,
     TEST_ALL},
    {"who waits at a queue is woken", who_waits_at_a_queue_is_woken, TEST_ALL},
};

// ---- a filter that comes after the first start ----

static unsigned late_error;

// The older children are watched by pidfds, the younger by pipes.
static void children_on_both_sides_of_a_filter(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *ending = test_start(test_wait_at_gate, MP_ARGS(gate.name, 6));
    mp_process_t *killed = test_start(test_wait_at_gate, MP_ARGS(gate.name, 6));
    test_gate_await(&gate, 2);
    if (refuse_calls(late_error) < 0) {
        skip();
    }
    filter_is_in_force();
    assert_int_equal(test_call(return_it, MP_ARGS(5)), 5);
    join_has_a_time_limit();
    children_can_be_ended();
    child_sees_that_its_parent_runs();
    assert_int_equal(mp_process_join(killed, 20), MP_ETIMEDOUT);
    assert_int_equal(mp_process_kill(killed), 0);
    assert_int_equal(test_finish(killed), -9);
    assert_int_equal(mp_process_join(ending, 0), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(ending), 6);
    test_gate_destroy(&gate);
}

static const struct test late_fork[] = {
    {"children on both sides of a filter that comes late",
     children_on_both_sides_of_a_filter, TEST_FORK}};
static const struct test late_spawn[] = {
    {"children on both sides of a filter that comes late",
     children_on_both_sides_of_a_filter, TEST_SPAWN}};

// A filter stays for good, so each has a process of its own, forked before the
// library can have learnt anything about this system.
static int result_of(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int run_under(unsigned error, const char *topic)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (refuse_calls(error) < 0) {
            (void) printf("skipped: this system takes no seccomp filter\n");
            exit(0);
        }
        exit(test_run(topic, tests, sizeof(tests) / sizeof(tests[0])));
    }
    return result_of(pid);
}

static int run_before(unsigned error, const struct test *test)
{
    pid_t pid = fork();

    if (pid == 0) {
        late_error = error;
        exit(test_run("with a filter that comes late", test, 1));
    }
    return result_of(pid);
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    int missing = run_under(ENOSYS, "without pidfds");
    int forbidden = run_under(EPERM, "with pidfds forbidden");
    int late = run_before(EPERM, late_fork) + run_before(EACCES, late_fork) +
               run_before(EPERM, late_spawn) + run_before(ENOSYS, late_spawn);
    return missing != 0 || forbidden != 0 || late != 0;
}
