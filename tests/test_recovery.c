// SPDX-License-Identifier: Apache-2.0
// What others do about the dead, where it is not seen from outside. This test
// looks into core.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/condition.h"
#include "core/lock.h"
#include "core/pages.h"
#include "core/semaphore.h"
#include "platform/platform.h"

#define LIMIT_MS 1000
#define MANY 8 // members at once

// Forks; the child does `run`, which gets the lock, and kills itself.
static void let_die(void (*run)(mp_lock_t *lock), mp_lock_t *lock)
{
    pid_t pid = fork();

    if (pid == 0) {
        run(lock);
        (void) raise(SIGKILL);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static mp_lock_t *new_lock(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    return lock;
}

static void destroy_new_lock(void)
{
    mp_lock_destroy(new_lock());
}

static void acquire(mp_lock_t *lock)
{
    (void) mp_lock_acquire(lock, MP_FOREVER);
}

static void expect_whole(void)
{
    mp__census_t census;

    mp__members_recover(0);
    int r = mp__arena_check(&census, true);
    if (r < 0) {
        fail_msg("%s", mp_last_error()->message);
    }
}

// ---- waiting for the dead ----

static void on_tick(int number)
{
    (void) number;
}

static void tick(long microseconds)
{
    const struct sigaction action = {.sa_handler = on_tick,
                                     .sa_flags = SA_RESTART};
    const struct itimerval often = {{0, microseconds}, {0, microseconds}};

    (void) sigaction(SIGALRM, &action, NULL);
    (void) setitimer(ITIMER_REAL, &often, NULL);
}

static void a_waiter_that_signals_interrupt_finds_its_holder_dead(void)
{
    mp_lock_t *lock = new_lock();

    let_die(acquire, lock);
    tick(1000);
    int64_t from = test_now_ms();
    int r = mp_lock_acquire(lock, 4 * LIMIT_MS);
    int64_t took = test_now_ms() - from;
    tick(0);
    assert_int_equal(r, MP_OWNERDIED);
    assert_true(took < LIMIT_MS);
    assert_int_equal(mp_lock_release(lock), 0);
    mp_lock_destroy(lock);
    expect_whole();
}

// One that dies while this process waits, and one that ends it then.
typedef struct pair {
    pid_t victim;
    pid_t killer;
} pair_t;

static pair_t fork_pair(void (*live)(void *object),
                        void (*end)(void *object, pid_t victim), void *object)
{
    pair_t pair = {.victim = fork()};

    if (pair.victim == 0) {
        live(object);
        _exit(1);
    }
    assert_true(pair.victim > 0);
    pair.killer = fork();
    if (pair.killer == 0) {
        end(object, pair.victim);
        _exit(0);
    }
    assert_true(pair.killer > 0);
    return pair;
}

static void collect_pair(pair_t pair)
{
    int status = 0;

    assert_int_equal(waitpid(pair.killer, NULL, 0), pair.killer);
    assert_int_equal(waitpid(pair.victim, &status, 0), pair.victim);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void keep_unit(void *object)
{
    (void) mp_semaphore_acquire(object, MP_FOREVER);
    for (;;) {
        (void) pause();
    }
}

static void end_owner(void *object, pid_t victim)
{
    mp_semaphore_t *semaphore = object;

    while ((atomic_load(&semaphore->word) & MP__WORD_WAITERS) == 0) {
        (void) sched_yield();
    }
    (void) kill(victim, SIGKILL);
}

static void such_a_waiter_gets_the_unit_of_one_who_dies(void)
{
    const mp_semaphore_options_t options = {.owned = true};
    mp_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_semaphore_create(&semaphore, 1, &options), 0);
    pair_t pair = fork_pair(keep_unit, end_owner, semaphore);
    while (!mp_semaphore_locked(semaphore)) {
        (void) sched_yield();
    }
    tick(10000);
    int64_t from = test_now_ms();
    int r = mp_semaphore_acquire(semaphore, 4 * LIMIT_MS);
    int64_t took = test_now_ms() - from;
    tick(0);
    collect_pair(pair);
    assert_int_equal(r, MP_OWNERDIED);
    assert_true(took < 3 * LIMIT_MS); // who gives up looks, too
    mp_semaphore_destroy(semaphore);
    expect_whole();
}

static mp_semaphore_t *tried;

static void keep_tried(mp_lock_t *lock)
{
    (void) lock;
    (void) mp_semaphore_acquire(tried, MP_FOREVER);
}

static mp_semaphore_t *dead_ones_semaphore(void)
{
    const mp_semaphore_options_t options = {.owned = true};

    assert_int_equal(mp_semaphore_create(&tried, 1, &options), 0);
    let_die(keep_tried, NULL);
    return tried;
}

// Less often than a look is due (25 ms), so that each would be at the first.
static void who_tries_several_in_turn_finds_all_the_dead(void)
{
    mp_semaphore_t *first = dead_ones_semaphore();
    mp_semaphore_t *second = dead_ones_semaphore();
    int64_t from = test_now_ms();
    int r = MP_ETIMEDOUT;

    while (r < 0 && test_now_ms() - from < LIMIT_MS) {
        (void) mp_semaphore_acquire(first, 0);
        r = mp_semaphore_acquire(second, 0);
        (void) usleep(30000);
    }
    assert_int_equal(r, MP_OWNERDIED);
    mp_semaphore_destroy(first);
    mp_semaphore_destroy(second);
    expect_whole();
}

static void come(void *object)
{
    (void) mp_barrier_wait(object, MP_FOREVER, NULL);
}

static void end_party(void *object, pid_t victim)
{
    while (mp_barrier_n_waiting(object) < 2) {
        (void) sched_yield();
    }
    (void) kill(victim, SIGKILL);
}

static void such_a_party_finds_another_dead(void)
{
    mp_barrier_t *barrier = NULL;

    assert_int_equal(mp_barrier_create(&barrier, 3, NULL), 0);
    pair_t pair = fork_pair(come, end_party, barrier);
    tick(10000);
    int64_t from = test_now_ms();
    int r = mp_barrier_wait(barrier, 4 * LIMIT_MS, NULL);
    int64_t took = test_now_ms() - from;
    tick(0);
    collect_pair(pair);
    assert_int_equal(r, MP_EBROKEN);
    assert_true(took < 3 * LIMIT_MS); // it was not the timeout that broke it
    mp_barrier_destroy(barrier);
    expect_whole();
}

static void wait_first(void *object)
{
    (void) mp_condition_acquire(object, MP_FOREVER);
    (void) mp_condition_wait(object, MP_FOREVER);
}

static uint32_t waiting(void *object)
{
    const mp_condition_t *condition = object;

    return atomic_load(&condition->used);
}

// Told, but it never runs again.
static void tell_and_end(void *object, pid_t victim)
{
    while (waiting(object) < 2) {
        (void) sched_yield();
    }
    (void) mp_condition_acquire(object, MP_FOREVER);
    (void) kill(victim, SIGSTOP);
    (void) mp_condition_notify(object, 1);
    (void) kill(victim, SIGKILL);
    (void) mp_condition_release(object);
}

static void such_a_waiter_is_told_what_a_dead_one_was(void)
{
    mp_condition_t *condition = NULL;

    assert_int_equal(mp_condition_create(&condition, NULL), 0);
    pair_t pair = fork_pair(wait_first, tell_and_end, condition);
    while (waiting(condition) < 1) {
        (void) sched_yield();
    }
    assert_int_equal(mp_condition_acquire(condition, MP_FOREVER), 0);
    tick(10000);
    int64_t from = test_now_ms();
    int r = mp_condition_wait(condition, 4 * LIMIT_MS);
    int64_t took = test_now_ms() - from;
    tick(0);
    collect_pair(pair);
    assert_int_equal(r, 0);
    assert_true(took < 3 * LIMIT_MS); // who gives up looks, too
    assert_int_equal(mp_condition_release(condition), 0);
    mp_condition_destroy(condition);
    expect_whole();
}

// ---- without a parent ----

static int tells[2]; // a pipe

static void tell(int32_t number)
{
    if (write(tells[1], &number, sizeof(number)) != sizeof(number)) {
        _exit(1);
    }
}

static int32_t told(void)
{
    int32_t number = 0;

    assert_int_equal(read(tells[0], &number, sizeof(number)), sizeof(number));
    return number;
}

static void hold_for_ever(mp_lock_t *lock)
{
    (void) mp_lock_acquire(lock, MP_FOREVER);
    tell((int32_t) getpid());
    for (;;) {
        (void) pause();
    }
}

static void wait_for_death(mp_lock_t *lock, pid_t parent)
{
    while (getppid() == parent) {
        (void) sched_yield();
    }
    tell(0);
    tell(mp_lock_acquire(lock, 4 * LIMIT_MS));
    _exit(0);
}

// Ends before either of its children does.
static void be_their_parent(mp_lock_t *lock)
{
    pid_t self = getpid();

    if (fork() == 0) {
        hold_for_ever(lock);
    }
    while (!mp_lock_locked(lock)) {
        (void) sched_yield();
    }
    if (fork() == 0) {
        wait_for_death(lock, self);
    }
}

static void orphans_see_the_end_of_each_other(void)
{
    mp_lock_t *lock = new_lock();

    assert_int_equal(pipe(tells), 0);
    let_die(be_their_parent, lock);
    int32_t first = told(); // the holder's pid, or that the other is alone
    int32_t second = told();
    pid_t holder = first != 0 ? first : second;
    assert_true(holder > 1 && first + second == holder);
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(told(), MP_OWNERDIED);
    assert_int_equal(close(tells[0]), 0);
    assert_int_equal(close(tells[1]), 0);
    mp_lock_destroy(lock);
}

// ---- places of members ----

static void *fork_that_lasts(void *data)
{
    mp__member_forking();
    *(uint32_t *) data = mp_plat_local()->reserved;
    return NULL;
}

static void a_failed_fork_leaves_the_place_of_another_threads_fork(void)
{
    pthread_t thread;
    uint32_t token = 0;

    destroy_new_lock();
    mp__member_forking();
    assert_int_equal(pthread_create(&thread, NULL, fork_that_lasts, &token), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(token != 0);
    mp__member_not_forked();
    assert_int_equal(mp__slot_state(token % MP__SLOTS), MP__SLOT_RESERVED);
    mp_plat_local()->reserved = token;
    mp__member_not_forked();
    assert_int_equal(mp__slot_state(token % MP__SLOTS), MP__SLOT_FREE);
}

// Each is one that was born into a place whose last owner was older, and that
// another one looks at before it has told when.
static void who_has_just_joined_is_not_taken_for_dead(void)
{
    destroy_new_lock();
    for (uint32_t i = 0; i < MP__SLOTS / 2; i++) {
        mp__member_forking();
        uint32_t token = mp_plat_local()->reserved;
        assert_true(token != 0);
        assert_int_equal(atomic_load(&mp__slots()[token % MP__SLOTS].since), 0);
        assert_false(mp__member_dead(token, true));
        mp__member_not_forked();
        assert_true(mp__member_dead(token, false));
    }
}

static void fill_family(void)
{
    for (int i = 0; i < MP__SLOTS; i++) {
        mp__member_forking();
    }
}

// Of processes that live at once, each the child of the one before, how many
// are members. One place is kept for who finds the family full.
static int new_members(int most)
{
    mp_lock_t *lock = NULL;
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        bool member = mp_lock_create(&lock) == 0;
        _exit(member ? 1 + (most > 1 ? new_members(most - 1) : 0) : 0);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 0;
}

// They died in the middle of a fork, so their children are awaited for a
// moment.
static void a_family_that_is_full_of_the_dead_takes_new_members(void)
{
    int members = 0;

    destroy_new_lock();
    pid_t full = fork();
    if (full == 0) {
        fill_family();
        (void) raise(SIGKILL);
    }
    assert_int_equal(waitpid(full, NULL, 0), full);
    assert_true(new_members(MANY) < MANY);
    int64_t from = test_now_ms();
    do {
        members = new_members(MANY);
    } while (members < MANY && test_now_ms() - from < 4 * LIMIT_MS);
    assert_int_equal(members, MANY);
    expect_whole();
}

static const struct test tests[] = {
    {"a failed fork leaves the place of another thread's fork",
     a_failed_fork_leaves_the_place_of_another_threads_fork, TEST_ONCE},
    {"who has just joined is not taken for dead",
     who_has_just_joined_is_not_taken_for_dead, TEST_ONCE},
    {"a family that is full of the dead takes new members",
     a_family_that_is_full_of_the_dead_takes_new_members, TEST_ONCE},
    {"a waiter that signals interrupt finds its holder dead",
     a_waiter_that_signals_interrupt_finds_its_holder_dead, TEST_ONCE},
    {"such a waiter gets the unit of one who dies",
     such_a_waiter_gets_the_unit_of_one_who_dies, TEST_ONCE},
    {"orphans see the end of each other", orphans_see_the_end_of_each_other,
     TEST_ONCE},
    {"who tries several in turn finds all the dead",
     who_tries_several_in_turn_finds_all_the_dead, TEST_ONCE},
    {"such a party finds another dead", such_a_party_finds_another_dead,
     TEST_ONCE},
    {"such a waiter is told what a dead one was",
     such_a_waiter_is_told_what_a_dead_one_was, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("recovery", tests, sizeof(tests) / sizeof(tests[0]));
}
