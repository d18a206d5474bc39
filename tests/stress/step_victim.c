// SPDX-License-Identifier: Apache-2.0
// The process that does single steps.
#define _GNU_SOURCE // ptrace
#include "tests/stress/step_victim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define REFUSED 77 // exit code of a victim that may not be traced

static bool victim_in_fork;

static void begin(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        _exit(REFUSED);
    }
    (void) raise(SIGSTOP);
}

// Runs before the library's own handler, which was registered later.
static void in_forked_child(void)
{
    if (victim_in_fork) {
        begin();
    }
}

__attribute__((constructor(101))) static void register_handler(void)
{
    (void) pthread_atfork(NULL, NULL, in_forked_child);
}

pid_t step_start(const step_op_t *op)
{
    victim_in_fork = op->in_fork;
    pid_t pid = fork();
    if (pid == 0) {
        if (!op->in_fork) {
            if (op->prepare != NULL) {
                op->prepare();
            }
            begin();
            op->run();
        }
        (void) raise(SIGSTOP);
        _exit(0);
    }
    victim_in_fork = false;
    step_must(pid > 0, "no process can be made");
    return pid;
}

bool step_await(pid_t pid)
{
    int status = 0;

    step_must(waitpid(pid, &status, WUNTRACED) == pid, "the victim is lost");
    if (WIFEXITED(status) && WEXITSTATUS(status) == REFUSED) {
        return false;
    }
    step_must(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP,
              "the victim does not begin");
    return true;
}

long step_on(pid_t pid, long steps)
{
    int status = 0;

    for (long i = 0; i < steps; i++) {
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0) {
            return -1;
        }
        step_must(waitpid(pid, &status, 0) == pid, "a process is lost");
        if (!WIFSTOPPED(status)) {
            step_fail("the victim ended by itself");
        }
        if (WSTOPSIG(status) == SIGSTOP) {
            return i;
        }
        if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGCHLD) {
            step_fail("the victim got a signal");
        }
    }
    return steps;
}

// Every second victim stays a zombie until all is checked.
void step_kill(pid_t pid, bool collect)
{
    siginfo_t info;

    (void) kill(pid, SIGKILL);
    step_must(waitid(P_PID, (id_t) pid, &info,
                     WEXITED | (collect ? 0 : WNOWAIT)) == 0,
              "the victim does not end");
}

// It stops itself once more, where its steps would have ended.
void step_release(pid_t pid)
{
    int status = 0;

    step_must(ptrace(PTRACE_DETACH, pid, NULL, NULL) == 0, "it is not traced");
    step_must(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status),
              "a process that was looked at does not come to its end");
    if (atomic_load(&step_page->wrong) != 0) {
        step_fail("a process that was looked at was taken for dead");
    }
}
