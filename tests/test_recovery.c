// SPDX-License-Identifier: Apache-2.0
// What others do about the dead, where it is not seen from outside. This test
// looks into core.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/lock.h"
#include "core/pages.h"
#include "platform/platform.h"

#define LIMIT_MS 1000

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

static void a_waiter_that_signals_interrupt_finds_its_holder_dead(void)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 1000}, {0, 1000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    mp_lock_t *lock = new_lock();

    let_die(acquire, lock);
    (void) sigaction(SIGALRM, &action, NULL);
    (void) setitimer(ITIMER_REAL, &often, NULL);
    int64_t from = test_now_ms();
    int r = mp_lock_acquire(lock, 4 * LIMIT_MS);
    int64_t took = test_now_ms() - from;
    (void) setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(r, MP_OWNERDIED);
    assert_true(took < LIMIT_MS);
    assert_int_equal(mp_lock_release(lock), 0);
    mp_lock_destroy(lock);
    expect_whole();
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

// They died in the middle of a fork, so their children are awaited for a
// moment.
static void a_family_that_is_full_of_the_dead_takes_new_members(void)
{
    int status = 0;

    destroy_new_lock();
    pid_t full = fork();
    if (full == 0) {
        fill_family();
        (void) raise(SIGKILL);
    }
    assert_int_equal(waitpid(full, NULL, 0), full);
    (void) usleep(1200000);
    pid_t pid = fork();
    if (pid == 0) {
        mp_lock_t *lock = NULL;
        _exit(mp_lock_create(&lock) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    expect_whole();
}

// ---- objects ----

static void a_block_larger_than_all_memory_is_refused(void)
{
    mp__object_t *block = NULL;

    for (size_t size = (size_t) 1 << 30; size > 1 << 20; size *= 2) {
        if (size >= mp__memory.size) {
            assert_int_equal(mp__object_new(&block, size), MP_ENOSPC);
        }
    }
    assert_int_equal(mp__object_new(&block, SIZE_MAX), MP_ENOSPC);
    expect_whole();
}

static void a_reference_to_what_is_gone_holds_nothing(void)
{
    mp__object_t *object = NULL;
    mp_lock_t *lock = new_lock();
    mp__reference_t reference = mp__object_reference(&lock->head);

    mp_lock_destroy(lock);
    assert_int_equal(mp__object_open(&reference, MP__TYPE_NONE, &object),
                     MP_ENOENT);
    mp_lock_t *other = new_lock();
    assert_ptr_equal(other, lock);
    assert_int_equal(mp__object_open(&reference, MP__TYPE_NONE, &object),
                     MP_ENOENT);
    mp_lock_destroy(other);
    expect_whole();
}

static const struct test tests[] = {
    {"a failed fork leaves the place of another thread's fork",
     a_failed_fork_leaves_the_place_of_another_threads_fork, TEST_ONCE},
    {"who has just joined is not taken for dead",
     who_has_just_joined_is_not_taken_for_dead, TEST_ONCE},
    {"a family that is full of the dead takes new members",
     a_family_that_is_full_of_the_dead_takes_new_members, TEST_ONCE},
    {"a block larger than all memory is refused",
     a_block_larger_than_all_memory_is_refused, TEST_ONCE},
    {"a reference to what is gone holds nothing",
     a_reference_to_what_is_gone_holds_nothing, TEST_ONCE},
    {"a waiter that signals interrupt finds its holder dead",
     a_waiter_that_signals_interrupt_finds_its_holder_dead, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("recovery", tests, sizeof(tests) / sizeof(tests[0]));
}
