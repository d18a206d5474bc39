// SPDX-License-Identifier: Apache-2.0
// Whether another process has ended, below core; and what belongs to one
// process or thread.
#ifndef _WIN32
#define _GNU_SOURCE // syscall(), which C11 hides
#endif
#include "tests/peer.h"

#include <string.h>
#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#endif
#ifdef __linux__
#include <sys/syscall.h>
#endif

#define MEMORY ((size_t) 1024 * 1024)

enum { LIVE, LIVE_IN_A_THREAD };

struct data {
    mp_word_t ready;
    mp_word_t end;
    mp_plat_life_t life;
};

static mp_plat_memory_t memory;
static struct data *shared;

static bool live(struct data *data)
{
    atomic_store(&data->ready, 1);
    return peer_await_word(&data->end, 1);
}

static int live_a_while(const mp_plat_memory_t *of, int index)
{
    struct data *data = peer_data(of);

    mp_plat_life_begin(&data->life, of, index);
    return live(data) ? 0 : 1;
}

#ifndef _WIN32
static pthread_t first_thread;

static void *live_after_it(void *data)
{
    (void) pthread_join(first_thread, NULL);
    _exit(live(data) ? 0 : 1);
}

// The first thread ends, the process does not.
static int live_in_a_thread(const mp_plat_memory_t *of, int index)
{
    struct data *data = peer_data(of);
    pthread_t thread;

    mp_plat_life_begin(&data->life, of, index);
    first_thread = pthread_self();
    if (pthread_create(&thread, NULL, live_after_it, data) != 0) {
        return 1;
    }
    pthread_exit(NULL);
}
#endif

const peer_role_fn peer_roles[] = {
    [LIVE] = live_a_while,
#ifndef _WIN32
    [LIVE_IN_A_THREAD] = live_in_a_thread,
#endif
};

static void begin(peer_t *peer, enum peer_kind kind, int role, int index)
{
    atomic_store(&shared->ready, 0);
    atomic_store(&shared->end, 0);
    peer_start(peer, kind, &memory, role, index);
    assert_true(peer_await_word(&shared->ready, 1));
    assert_int_equal(shared->life.pid, peer->pid);
}

static bool has_ended(int index)
{
    return mp_plat_life_ended(&shared->life, &memory, index);
}

static void for_each_kind(void (*run)(enum peer_kind kind))
{
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        if (peer_can(kind)) {
            peer_memory(&memory, MEMORY);
            shared = peer_data(&memory);
            run(kind);
            mp_plat_memory_close(&memory);
        }
    }
}

static void begin_and_end(enum peer_kind kind)
{
    peer_t peer;

    begin(&peer, kind, LIVE, 3);
    assert_false(has_ended(3));
#ifndef _WIN32
    assert_int_equal(kill((pid_t) peer.pid, SIGSTOP), 0);
    int status = 0;
    assert_int_equal(waitpid((pid_t) peer.pid, &status, WUNTRACED), peer.pid);
    assert_true(WIFSTOPPED(status));
    assert_false(has_ended(3));
    assert_int_equal(kill((pid_t) peer.pid, SIGCONT), 0);
#endif
    atomic_store(&shared->end, 1);
    peer_await_end(&peer);
    assert_true(has_ended(3)); // nobody has collected it
    assert_int_equal(peer_wait(&peer), 0);
    assert_true(has_ended(3));
}

static void the_end_of_a_process_is_seen(void)
{
    for_each_kind(begin_and_end);
}

static void be_killed(enum peer_kind kind)
{
    peer_t peer;

    begin(&peer, kind, LIVE, 0);
    peer_kill(&peer);
    peer_await_end(&peer);
    assert_true(has_ended(0));
    (void) peer_wait(&peer);
    assert_true(has_ended(0));
}

static void the_end_of_a_killed_process_is_seen(void)
{
    for_each_kind(be_killed);
}

// The living process has the number of one that lived before it.
static void have_a_used_number(enum peer_kind kind)
{
    peer_t peer;

    begin(&peer, kind, LIVE, 5);
    mp_plat_life_t former = shared->life;
    if (former.since > 1) { // where this is a time
        former.since = 1;
    }
    assert_true(mp_plat_life_ended(&former, &memory, 4));
    assert_false(has_ended(5));
    former.since = MP_PLAT_NOT_TOLD;
    assert_false(mp_plat_life_ended(&former, &memory, 4));
    atomic_store(&shared->end, 1);
    assert_int_equal(peer_wait(&peer), 0);
}

static void a_number_that_is_used_again_is_no_life(void)
{
    for_each_kind(have_a_used_number);
}

static void this_process_lives(void)
{
    mp_plat_life_t life;

    peer_memory(&memory, MEMORY);
    mp_plat_life_begin(&life, &memory, 1);
    assert_int_equal(life.pid, test_own_pid());
    assert_false(mp_plat_life_ended(&life, &memory, 1));
    mp_plat_life_t former = life;
    if (former.since > 1) {
        former.since = 1;
    }
    assert_true(mp_plat_life_ended(&former, &memory, 2));
    former.since = MP_PLAT_NOT_TOLD; // of a thread, say, that has just come
    assert_false(mp_plat_life_ended(&former, &memory, 2));
    mp_plat_memory_close(&memory);
}

#ifndef _WIN32
static void go_on_in_a_thread(enum peer_kind kind)
{
    peer_t peer;

    begin(&peer, kind, LIVE_IN_A_THREAD, 7);
    assert_false(has_ended(7));
    atomic_store(&shared->end, 1);
    peer_await_end(&peer);
    assert_true(has_ended(7));
    assert_int_equal(peer_wait(&peer), 0);
}

static void a_process_without_its_first_thread_lives(void)
{
    for_each_kind(go_on_in_a_thread);
}

// The bytes at the end, which core does not use.
#define BEHIND_CORE 16

// The child tells by its exit code whether all is zero there.
static void expect_wiped(pid_t pid)
{
    static const unsigned char zeros[BEHIND_CORE];
    const unsigned char *wiped = mp_plat_wiped;
    int status = 0;

    if (pid == 0) {
        _exit(memcmp(wiped + MP_PLAT_WIPED_SIZE - BEHIND_CORE, zeros,
                     sizeof(zeros)) == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_forked_child_finds_wiped_bytes(void)
{
    unsigned char *wiped = mp_plat_wiped;

    wiped += MP_PLAT_WIPED_SIZE - BEHIND_CORE;
    (void) memset(wiped, 0x55, BEHIND_CORE);
    expect_wiped(fork());
    assert_int_equal(wiped[BEHIND_CORE - 1], 0x55);
#if defined(__linux__) && !defined(MP_TEST_SLEEPERS)
    // Behind the back of the handlers of forks.
    expect_wiped((pid_t) syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
#endif
    (void) memset(wiped, 0, BEHIND_CORE);
}
#endif

static uint64_t numbers[2];
static mp_word_t numbered;

static void note_number(int number)
{
    numbers[number] = mp_plat_thread_number();
    (void) atomic_fetch_add(&numbered, 1);
    (void) peer_await_word(&numbered, 2);
    if (numbers[number] != mp_plat_thread_number()) {
        numbers[number] = 0;
    }
}

static void threads_have_numbers(void)
{
    test_run_threads(2, note_number);
    assert_true(numbers[0] != 0 && numbers[1] != 0);
    assert_true(numbers[0] != numbers[1]);
}

static void processors_are_counted(void)
{
    assert_in_range(mp_plat_processors(), 1, 100000);
    assert_int_equal(mp_plat_processors(), mp_plat_processors());
}

static const struct test tests[] = {
    {"the end of a process is seen", the_end_of_a_process_is_seen, TEST_ONCE},
    {"the end of a killed process is seen", the_end_of_a_killed_process_is_seen,
     TEST_ONCE},
    {"a number that is used again is no life",
     a_number_that_is_used_again_is_no_life, TEST_ONCE},
    {"this process lives", this_process_lives, TEST_ONCE},
    {"threads have numbers", threads_have_numbers, TEST_ONCE},
    {"processors are counted", processors_are_counted, TEST_ONCE},
#ifndef _WIN32
    {"a process without its first thread lives",
     a_process_without_its_first_thread_lives, TEST_ONCE},
    {"a forked child finds wiped bytes", a_forked_child_finds_wiped_bytes,
     TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    peer_main(argc, argv);
    return test_run("life and death", tests, sizeof(tests) / sizeof(tests[0]));
}
