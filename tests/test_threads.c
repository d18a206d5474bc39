// SPDX-License-Identifier: Apache-2.0
// Threads that do what only POSIX threads can: end themselves, be cancelled,
// fork.
#include "tests/support.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static int leave_by_pthread_exit(const mp_args_t *args)
{
    (void) args;
    pthread_exit(NULL);
}
MP_TARGET(leave_by_pthread_exit)

static void pthread_exit_ends_a_target(void)
{
    mp_process_t *process = test_start(leave_by_pthread_exit, NULL);

    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 0);
    assert_int_equal(test_finish(process), 0);
}

static int return_three(const mp_args_t *args)
{
    (void) args;
    return 3;
}
MP_TARGET(return_three)

static void *join_it(void *process)
{
    (void) mp_process_join(process, MP_FOREVER);
    return NULL;
}

// A thread that is cancelled while it waits holds no lock of the library: what
// follows would hang.
static void cancelled_thread_leaves_no_lock(void)
{
    pthread_t waiting;
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    assert_int_equal(pthread_create(&waiting, NULL, join_it, process), 0);
    assert_int_equal(pthread_cancel(waiting), 0);
    assert_int_equal(mp_process_is_alive(process), 1);
    test_gate_release(&gate, 1);
    assert_int_equal(pthread_join(waiting, NULL), 0);
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 4);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

// The child returns from the target that it was forked in: the thread is not
// there any more, so the process ends, with what it returns.
static int fork_and_return(const mp_args_t *args)
{
    int status = 0;
    pid_t pid = fork();

    (void) args;
    if (pid <= 0) {
        return pid == 0 ? 5 : 1;
    }
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        return 2;
    }
    return WEXITSTATUS(status) + 10;
}
MP_TARGET(fork_and_return)

static void fork_in_a_target_makes_a_process(void)
{
    assert_int_equal(test_call(fork_and_return, NULL), 15);
}

// ---- a fork while other threads are in the library ----

#define FORKS 30

static atomic_bool busy;
static const char *busy_method;

static int start_and_join(const char *method)
{
    const mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *process = NULL;

    int r = mp_process_create(&process, return_three, NULL, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
    }
    int code = r == 0 ? mp_process_exitcode(process) : r;
    mp_process_destroy(process);
    return code;
}

static void *use_library(void *unused)
{
    while (atomic_load(&busy)) {
        (void) start_and_join(busy_method);
        (void) mp_set_exit_timeout(MP_FOREVER);
        (void) mp_get_start_method(true);
        mp_log(MP_LOG_DEBUG, "busy");
    }
    return unused;
}

// The child has none of the threads that may have held a lock.
static int fork_and_use(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void) alarm(TEST_GUARD_MS / 1000);
        _exit(start_and_join("fork") == 3 ? 5 : 1);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void fork_amid_threads_leaves_no_lock(void)
{
    pthread_t threads[3];
    int code = 5;

    busy_method = test_method();
    atomic_store(&busy, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_library, NULL),
                         0);
    }
    for (int i = 0; i < FORKS && code == 5; i++) {
        code = fork_and_use();
    }
    atomic_store(&busy, false);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(code, 5);
}

// What the first thread had on its stack is lost to a child that another one
// forked, which the leak checker takes for leaks at its exit().
#ifdef __SANITIZE_ADDRESS__
#define FORKING_METHODS TEST_PROCESSES
#else
#define FORKING_METHODS TEST_ALL
#endif

static const struct test tests[] = {
    {"pthread_exit ends a target", pthread_exit_ends_a_target, TEST_THREAD},
    {"a cancelled thread leaves no lock", cancelled_thread_leaves_no_lock,
     TEST_THREAD},
    {"a fork in a target makes a process", fork_in_a_target_makes_a_process,
     FORKING_METHODS},
    {"a fork while other threads use the library leaves no lock",
     fork_amid_threads_leaves_no_lock, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("threads", tests, sizeof(tests) / sizeof(tests[0]));
}
