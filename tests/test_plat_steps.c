// SPDX-License-Identifier: Apache-2.0
// Processes that are stopped or killed at a single instruction of sleeping and
// waking: all others sleep and wake as before (Linux, where that can be done).
#define _GNU_SOURCE // ptrace()
#include "tests/peer.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY ((size_t) 1024 * 1024)
#define MOST_STEPS 100000

enum { SLEEPER, SLEEP_ONCE };

#define ASLEEP 2 // as sleepers.c has it

struct data {
    mp_word_t round;  // the sleeper is to sleep once for each
    mp_word_t slept;  // how often it did
    mp_word_t bed;    // the round for which it may get up
    mp_word_t lonely; // nobody wakes who sleeps here
};

static mp_plat_memory_t memory;
static struct data *shared;

static int sleep_each_round(const mp_plat_memory_t *of, int number)
{
    struct data *data = peer_data(of);

    (void) number;
    for (uint32_t round = 1;; round++) {
        int64_t deadline = peer_guard();
        while (atomic_load(&data->bed) < round) {
            if (mp_plat_now() > deadline) {
                return 1;
            }
            mp_plat_sleep(&data->bed, round - 1, deadline);
        }
        atomic_store(&data->slept, round);
        if (atomic_load(&data->bed) == UINT32_MAX) {
            return 0;
        }
    }
}

// Until it is woken: the word stays as it is.
static int sleep_once(const mp_plat_memory_t *of, int value)
{
    struct data *data = peer_data(of);
    int64_t deadline = peer_guard();

    mp_plat_sleep(&data->bed, (uint32_t) value, deadline);
    return mp_plat_now() < deadline ? 0 : 1;
}

const peer_role_fn peer_roles[] = {
    [SLEEPER] = sleep_each_round, [SLEEP_ONCE] = sleep_once};

static void be_traced(uint32_t round)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
        _exit(77);
    }
    (void) raise(SIGSTOP);
    mp_plat_sleep(&shared->lonely, 0, mp_plat_now() + 20000000);
    atomic_store(&shared->bed, round);
    mp_plat_wake(&shared->bed, 1);
    _exit(0);
}

// Lets the child run so many instructions. Whether it came to its end before.
static bool run_steps(pid_t pid, long steps)
{
    int status = 0;

    for (long i = 0; i <= steps; i++) {
        if (waitpid(pid, &status, 0) != pid) {
            return true;
        }
        if (!WIFSTOPPED(status)) {
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
            return true;
        }
        if (i < steps && ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0) {
            return true;
        }
    }
    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, &status, 0);
    return false;
}

static unsigned cells_in_use(void)
{
    void *room = memory.base + PEER_ROOM;
    _Atomic uint64_t *turns = room;
    return (unsigned) (atomic_load(turns) & 0xffff);
}

// A wake of the dead may have been lost or half done, so another is given.
static bool die_after(long steps, uint32_t round)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        be_traced(round);
    }
    bool ended = run_steps(pid, steps);
    mp_plat_sleep_forget(pid);
    atomic_store(&shared->bed, round);
    mp_plat_wake(&shared->bed, 1);
    assert_true(peer_await_word(&shared->slept, round));
    return ended;
}

static void a_death_at_any_instruction_breaks_nothing(void)
{
    peer_t sleeper;
    uint32_t round = 1;

    peer_memory(&memory, MEMORY);
    shared = peer_data(&memory);
    peer_start(&sleeper, PEER_FRESH, &memory, SLEEPER, 0);
    while (round < MOST_STEPS && !die_after(round, round)) {
        round++;
    }
    assert_in_range(round, 100, MOST_STEPS - 1);
    atomic_store(&shared->bed, UINT32_MAX);
    mp_plat_wake(&shared->bed, 1);
    assert_int_equal(peer_wait(&sleeper), 0);
    assert_int_equal(cells_in_use(), 0);
    print_message("%u instructions\n", (unsigned) round);
    mp_plat_memory_close(&memory);
}

static bool is_asleep(int cell)
{
    void *state = memory.base + PEER_ROOM + 128 + (size_t) cell * 128;
    return (atomic_load((_Atomic uint64_t *) state) & 3) == ASLEEP;
}

// A child that is stopped between saying that it sleeps and reading the word.
static pid_t stop_before_sleep(void)
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0) {
            mp_plat_sleep(&shared->bed, 0, peer_guard());
        }
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    while (!is_asleep(0)) {
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSTOPPED(status));
    }
    return pid;
}

// The first one does not sleep after all, because the word has changed.
static void a_wake_for_who_does_not_sleep_is_passed_on(void)
{
    peer_t sleeper;
    int status = 0;

    peer_memory(&memory, MEMORY);
    shared = peer_data(&memory);
    pid_t first = stop_before_sleep();
    atomic_store(&shared->bed, 1);
    peer_start(&sleeper, PEER_FRESH, &memory, SLEEP_ONCE, 1);
    while (!is_asleep(1)) {
        mp_plat_yield();
    }
    mp_plat_wake(&shared->bed, 1);
    assert_int_equal(ptrace(PTRACE_DETACH, first, NULL, NULL), 0);
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_int_equal(peer_wait(&sleeper), 0);
    assert_int_equal(cells_in_use(), 0);
    mp_plat_memory_close(&memory);
}

static const struct test tests[] = {
    {"a wake for who does not sleep is passed on",
     a_wake_for_who_does_not_sleep_is_passed_on, TEST_ONCE},
    {"a death at any instruction breaks nothing",
     a_death_at_any_instruction_breaks_nothing, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    peer_main(argc, argv);
    return test_run("single steps", tests, sizeof(tests) / sizeof(tests[0]));
}
