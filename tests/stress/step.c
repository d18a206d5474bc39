// SPDX-License-Identifier: Apache-2.0
// A process is killed after 1, 2, 3 … instructions of an operation, by single
// steps, and after each death all others must go on and find shared memory
// whole. Usage: stress_step [--all] [--seed N] [--only TEXT] [--from N]
#define _GNU_SOURCE // ptrace
#include "tests/stress/step_victim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <multiprocessing.h>

#include "core/check.h"
#include "core/member.h"
#include "platform/platform.h"

#define STEPS_MOST 100000000L
#define OPS_MOST 120
#define SLOW_DEATHS 8
#define TRIES 8       // of one that may have been done before the first place
#define BUDGET 12000L // steps for one operation, unless --all
#define HANG_SECONDS 20U // then the test itself is ended
#define SLABS_MOST ((size_t) 256 * 1024)
#define REFUSED 77 // exit code of a victim that may not be traced
#define MS INT64_C(1000000)

static struct {
    bool all;
    unsigned seed;
    const char *only;
    long from;
    size_t half; // MP_STEP_HALF: 1 or 2, for two programs that share the work
} options;

step_page_t *step_page;
static const step_op_t *current;
static long current_step;

// ---- guards ----

static char hang_text[200]; // made before, for the handler

static void on_alarm(int number)
{
    (void) number;
    (void) !write(STDERR_FILENO, hang_text, strlen(hang_text));
    _exit(3);
}

// In the harness, which is not the test's own process.
void step_fail(const char *what)
{
    (void) fprintf(stderr,
                   "a process that %s, killed at step %ld (seed %u): %s\n",
                   current->name, current_step, options.seed, what);
    _exit(1);
}

void step_must(bool good, const char *what)
{
    if (!good) {
        step_fail(what);
    }
}

static void expect_whole(mp__census_t *census, const char *when)
{
    if (mp__arena_check(census, true) < 0) {
        char text[300];
        (void) snprintf(text, sizeof(text), "%s: %s", when,
                        mp_last_error()->message);
        step_fail(text);
    }
}

// ---- the third process ----

static pid_t start_helper(const step_op_t *op)
{
    if (op->help == NULL) {
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        _exit(op->help());
    }
    step_must(pid > 0, "no process can be made");
    while (op->ready != NULL && !op->ready()) {
        mp_plat_yield();
    }
    return pid;
}

static void finish_helper(pid_t pid)
{
    int status = 0;

    if (pid != 0) {
        step_must(waitpid(pid, &status, 0) == pid, "a process is lost");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            step_fail("another process could not go on");
        }
    }
}

// Children that a victim had begun to make; they are this process's now.
static void collect_orphans(pid_t zombie)
{
    siginfo_t info;

    do {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) != 0) {
            return;
        }
        if (info.si_pid == 0) {
            (void) usleep(100);
        } else {
            (void) waitpid(info.si_pid, NULL, 0);
        }
    } while (info.si_pid != zombie);
}

// ---- one death ----

static void check_others(const step_op_t *op, pid_t helper)
{
    int64_t from = mp_plat_now();

    atomic_store(&step_page->go_on, 1);
    const char *wrong = op->check == NULL ? NULL : op->check();
    if (wrong != NULL) {
        step_fail(wrong);
    }
    finish_helper(helper);
    if (step_is_late(from)) {
        step_fail("others went on too late");
    }
}

// Slabs that were taken over may stay; more with each death would be a leak.
static bool is_as_before(const mp__census_t *was, const mp__census_t *is)
{
    return is->blocks == was->blocks && is->cells == was->cells &&
           is->holders == was->holders && is->limbo == was->limbo &&
           is->bytes - is->slab_bytes == was->bytes - was->slab_bytes &&
           is->slab_bytes <= was->slab_bytes + SLABS_MOST;
}

// What a fork that never came to its end may have inherited is kept for a
// moment.
static void check_memory(const mp__census_t *was)
{
    mp__census_t is;
    char text[300];
    int64_t from = mp_plat_now();

    do {
        mp__members_recover(0);
        expect_whole(&is, "after the recovery");
        if (is_as_before(was, &is)) {
            return;
        }
        (void) usleep(10000);
    } while (mp_plat_now() - from < 3 * STEP_LIMIT_MS * MS);
    (void) snprintf(text, sizeof(text),
                    "blocks %zu->%zu, cells %zu->%zu, holders %zu->%zu, "
                    "limbo %zu->%zu, bytes %zu->%zu, of slabs %zu->%zu",
                    was->blocks, is.blocks, was->cells, is.cells, was->holders,
                    is.holders, was->limbo, is.limbo, was->bytes, is.bytes,
                    was->slab_bytes, is.slab_bytes);
    step_fail(text);
}

// The number of steps that were done; -1: tracing is refused.
static long kill_after(const step_op_t *op, long steps, bool measure)
{
    static mp__census_t was;

    current_step = steps;
    memset((void *) step_page, 0, sizeof(*step_page));
    (void) snprintf(hang_text, sizeof(hang_text),
                    "hangs: %s, killed at step %ld\n", op->name, steps);
    (void) alarm(measure ? 0 : HANG_SECONDS);
    if (op->setup != NULL) {
        op->setup();
    }
    pid_t victim = step_start(op);
    if (!step_await(victim)) {
        return -1;
    }
    if (op->before != NULL) {
        op->before();
    }
    pid_t helper = start_helper(op);
    long done = step_on(victim, steps);
    if (op->lives && done == steps) {
        mp__members_recover(0);
        step_release(victim);
    }
    step_kill(victim, steps % 2 == 0);
    check_others(op, helper);
    collect_orphans(steps % 2 == 0 ? 0 : victim);
    if (op->clear != NULL) {
        op->clear();
    }
    if (measure) {
        mp__members_recover(0);
        expect_whole(&was, "at first");
    } else if (op->alone) {
        mp__members_recover(0);
        expect_whole(&was, "after the recovery");
    } else {
        check_memory(&was);
    }
    (void) alarm(0);
    return done;
}

// ---- all deaths of an operation ----

// What a harness tells the test.
static struct share {
    long result;
    long length;
    long stride;
    long at;
    long deaths;
} * share;

static long first_of(long stride)
{
    return options.from > 0 ? options.from
                            : 1 + (long) (options.seed % (unsigned) stride);
}

// Far apart where the way is long: at places that the seed shifts.
static long stride_of(const step_op_t *op, long length)
{
    if (options.all || (!op->slow && length / 2 * length <= BUDGET)) {
        return 1;
    }
    long points = op->slow ? SLOW_DEATHS : BUDGET / (length / 2) + 1;
    return length / (points > 1 ? points : 2) + 1;
}

// Nothing is shown by an operation that ends before anybody was killed in it.
// How long one is that waits for others, or looks at the dead, differs from
// time to time, often by half: where the places are few, one is enough.
static bool is_covered(void)
{
    bool few = share->stride > share->length / 16;

    return options.from > 0 ||
           (share->deaths > 0 &&
            (few || share->deaths * share->stride >= share->length / 3));
}

// The harness has a family of its own, so that what went wrong in one operation
// is not seen in the next, and its memory does not grow with the deaths.
static void begin_harness(void)
{
    (void) prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void) signal(SIGALRM, on_alarm);
    if (mp__arena_ready() < 0) {
        step_fail(mp_last_error()->message);
    }
}

static long measure(const step_op_t *op)
{
    (void) kill_after(op, STEPS_MOST, true); // memory grows to what it needs
    return kill_after(op, STEPS_MOST, true);
}

static long measure_once(const step_op_t *op)
{
    return kill_after(op, STEPS_MOST, true);
}

static long one_death(const step_op_t *op)
{
    return kill_after(op, share->at, false);
}

// Does `run` in a new family and tells what it told.
static long in_harness(long (*run)(const step_op_t *op), const step_op_t *op)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        begin_harness();
        share->result = run(op);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("a process that %s", op->name);
    }
    return share->result;
}

// A slot that was reserved for a fork is kept for a moment.
static void expect_members(size_t members)
{
    mp__census_t census;
    int64_t from = mp_plat_now();

    do {
        mp__members_recover(0);
        expect_whole(&census, "at the end");
        if (census.members == members) {
            return;
        }
        (void) usleep(10000);
    } while (mp_plat_now() - from < 3 * STEP_LIMIT_MS * MS);
    step_fail("slots of the dead are lost");
}

static long all_deaths(const step_op_t *op)
{
    long length = measure(op);
    if (length < 0) {
        return length;
    }
    share->length = length;
    share->stride = stride_of(op, length);
    long at = first_of(share->stride);
    for (; kill_after(op, at, false) == at; at += share->stride) {
        share->deaths++;
    }
    if (!op->in_fork) { // whose slots wait for a fork that never comes back
        expect_members(1);
    }
    return length;
}

// Memory that has grown stays: each death has its own family.
static long deaths_of_its_own(const step_op_t *op)
{
    long length = in_harness(measure_once, op);
    if (length < 0) {
        return length;
    }
    share->length = length;
    share->stride = stride_of(op, length);
    for (share->at = first_of(share->stride);
         in_harness(one_death, op) == share->at; share->at += share->stride) {
        share->deaths++;
    }
    return length;
}

static void kill_everywhere(void **state)
{
    const step_op_t *op = *state;

    current = op;
    int tries = 0;
    do {
        share->deaths = 0;
        long length =
            op->alone ? deaths_of_its_own(op) : in_harness(all_deaths, op);
        if (length < 0) {
            skip();
        }
        options.seed += (unsigned) (share->deaths == 0); // another place
    } while (!is_covered() && ++tries < TRIES);
    print_message("%s: %ld steps, killed at %ld of them\n", op->name,
                  share->length, share->deaths);
    assert_true(is_covered());
}

// ---- the program ----

bool step_is_late(int64_t from)
{
    return mp_plat_now() - from > STEP_LIMIT_MS * MS;
}

void step_dead_child(void (*run)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        run();
        (void) raise(SIGKILL);
    }
    step_must(pid > 0 && waitpid(pid, NULL, 0) == pid, "a process is lost");
}

static void read_options(int argc, char **argv)
{
    const char *half = getenv("MP_STEP_HALF");

    options.half = half == NULL ? 0 : strtoul(half, NULL, 10);
    options.seed = (unsigned) (mp_plat_now() / MS) ^ (unsigned) getpid();
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--all") == 0) {
            options.all = true;
        } else if (more && strcmp(argv[i], "--seed") == 0) {
            options.seed = (unsigned) strtoul(argv[++i], NULL, 10);
        } else if (more && strcmp(argv[i], "--from") == 0) {
            options.from = strtol(argv[++i], NULL, 10);
        } else if (more && strcmp(argv[i], "--only") == 0) {
            options.only = argv[++i];
        }
    }
}

static bool is_wanted(const step_op_t *op, size_t index)
{
    return (options.only == NULL || strstr(op->name, options.only) != NULL) &&
           (options.half == 0 || index % 2 == options.half - 1);
}

static size_t add_tests(struct CMUnitTest *tests, size_t count,
                        const step_op_t *ops, size_t ops_count)
{
    for (size_t i = 0; i < ops_count; i++) {
        if (is_wanted(&ops[i], i)) {
            tests[count++] =
                (struct CMUnitTest){ops[i].name, kill_everywhere, NULL, NULL,
                                    (void *) (uintptr_t) &ops[i]};
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[OPS_MOST];
    size_t count = 0;

    mp_freeze_support(argc, argv);
    read_options(argc, argv);
    (void) fprintf(stderr, "seed %u\n", options.seed);
    step_page = mmap(NULL, sizeof(*step_page), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    share = mmap(NULL, sizeof(*share), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (step_page == MAP_FAILED || share == MAP_FAILED ||
        mp_current_process() == NULL) {
        return 1;
    }
    count = add_tests(tests, count, step_lock_ops, step_lock_count);
    count = add_tests(tests, count, step_memory_ops, step_memory_count);
    count = add_tests(tests, count, step_member_ops, step_member_count);
    count = add_tests(tests, count, step_semaphore_ops, step_semaphore_count);
    count = add_tests(tests, count, step_event_ops, step_event_count);
    count = add_tests(tests, count, step_condition_ops, step_condition_count);
    count = add_tests(tests, count, step_barrier_ops, step_barrier_count);
    count = add_tests(tests, count, step_object_ops, step_object_count);
    count = add_tests(tests, count, step_connection_ops, step_connection_count);
    count = add_tests(tests, count, step_queue_ops, step_queue_count);
    count = add_tests(tests, count, step_queue_row_ops, step_queue_row_count);
    count = add_tests(tests, count, step_queue_use_ops, step_queue_use_count);
    count = add_tests(tests, count, step_queue_task_ops, step_queue_task_count);
#ifndef MP_NO_SHAREDCTYPES
    count = add_tests(tests, count, step_value_ops, step_value_count);
#endif
    return _cmocka_run_group_tests("killed at every step", tests, count, NULL,
                                   NULL);
}
