// SPDX-License-Identifier: Apache-2.0
// Shared memory in children of the user's own fork(), and where the system has
// none to give (POSIX).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEEDS_ADDRESSES true // a sanitizer does, for itself
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NEEDS_ADDRESSES true
#endif
#endif
#ifndef NEEDS_ADDRESSES
#define NEEDS_ADDRESSES false
#endif

struct counter {
    mp_raw_lock_t lock;
    int64_t count;
};

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

// The result of `check` in a child.
static int in_child(int (*check)(void))
{
    (void) fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(check());
    }
    return pid < 0 ? -1 : wait_for(pid);
}

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            (void) fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, \
                           mp_last_error()->message);                          \
            return 1;                                                          \
        }                                                                      \
    } while (0)

// ---- children of fork() ----

static int count_up(struct counter *counter)
{
    for (int i = 0; i < 2000; i++) {
        CHECK(mp_raw_lock_acquire(&counter->lock, MP_FOREVER) == 0);
        counter->count++;
        CHECK(mp_raw_lock_release(&counter->lock) == 0);
    }
    return 0;
}

static int forked_children_count(void)
{
    void *memory = NULL;
    pid_t pids[4];

    CHECK(mp_shared_alloc(&memory, sizeof(struct counter)) == 0);
    struct counter *counter = memory;
    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            _exit(count_up(counter));
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK(wait_for(pids[i]) == 0);
    }
    CHECK(counter->count == 4 * 2000);
    CHECK(mp_shared_free(counter) == 0);
    return 0;
}

static void children_of_fork_share(void)
{
    assert_int_equal(in_child(forked_children_count), 0);
}

// The child is killed by its own hand, with the lock.
static int holders_die(void)
{
    void *memory = NULL;

    CHECK(mp_shared_alloc(&memory, sizeof(struct counter)) == 0);
    struct counter *counter = memory;
    for (int i = 0; i < 3; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            int r = mp_raw_lock_acquire(&counter->lock, MP_FOREVER);
            counter->count += r < 0 ? 1000 : 1;
            (void) raise(SIGKILL);
        }
        CHECK(wait_for(pid) == -SIGKILL);
        CHECK(mp_raw_lock_acquire(&counter->lock, 1000) == MP_OWNERDIED);
        CHECK(mp_raw_lock_release(&counter->lock) == 0);
    }
    CHECK(counter->count == 3);
    CHECK(mp_shared_free(counter) == 0);
    return 0;
}

static void children_of_fork_may_die_with_a_lock(void)
{
    assert_int_equal(in_child(holders_die), 0);
}

static int allocate_until_killed(void)
{
    for (size_t n = 0;; n++) {
        void *block = NULL;
        if (mp_shared_alloc_uncleared(&block, n * 997 % 9000) != 0 ||
            (n % 3 != 0 && mp_shared_free(block) != 0)) {
            return 1;
        }
    }
}

// Many children that are killed while they allocate and free.
static int killed_in_allocations(void)
{
    mp_shared_figures_t before = {0};
    mp_shared_figures_t after = {0};
    void *memory = NULL;

    CHECK(mp_shared_alloc(&memory, 100) == 0);
    CHECK(mp_shared_usage(&before) == 0);
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(allocate_until_killed());
        }
        (void) usleep((useconds_t) (500 + i * 37 % 1500));
        CHECK(kill(pid, SIGKILL) == 0);
        CHECK(wait_for(pid) == -SIGKILL);
        CHECK(mp_shared_alloc(&memory, (size_t) i * 500) == 0);
        CHECK(mp_shared_free(memory) == 0);
    }
    CHECK(mp_shared_usage(&after) == 0);
    CHECK(after.in_use <= after.taken);
    return 0;
}

static void killed_allocations_harm_nobody(void)
{
    assert_int_equal(in_child(killed_in_allocations), 0);
}

// A child that was forked earlier has the address: the block stays for it.
static int freed_by_the_parent(void)
{
    int ways[2];
    char byte = 0;
    void *memory = NULL;
    void *other = NULL;

    CHECK(pipe(ways) == 0);
    CHECK(mp_shared_alloc(&memory, 5000) == 0);
    unsigned char *block = memory;
    block[4999] = 3;
    pid_t pid = fork();
    if (pid == 0) {
        (void) close(ways[1]);
        ssize_t got = read(ways[0], &byte, 1); // until the parent closes it
        _exit(got == 0 && block[4999] == 3 ? 0 : 1);
    }
    CHECK(mp_shared_free(block) == 0);
    for (int i = 0; i < 10; i++) {
        CHECK(mp_shared_alloc(&other, 5000) == 0);
        CHECK(other != block);
        CHECK(mp_shared_free(other) == 0);
    }
    (void) close(ways[1]);
    CHECK(wait_for(pid) == 0);
    return 0;
}

static void a_block_stays_for_a_forked_child(void)
{
    assert_int_equal(in_child(freed_by_the_parent), 0);
}

// ---- without memory ----

// These have run before there was any shared memory: each in a family of its
// own.
static struct {
    int little_space;
    int no_space;
    int no_descriptors;
} results;

// Fills all there is, and frees it: then all of it is there again.
static int fill_and_free(void)
{
    static void *blocks[4096];
    mp_shared_figures_t figures = {0};
    size_t had = 0;

    for (int round = 0; round < 2; round++) {
        size_t count = 0;
        int r = 0;
        while (count < 4096 &&
               (r = mp_shared_alloc_uncleared(&blocks[count], 1 << 20)) == 0) {
            count++;
        }
        CHECK(r == MP_ENOSPC);
        CHECK(count > 4);
        CHECK(round == 0 || count == had);
        had = count;
        while (count > 0) {
            count--;
            CHECK(mp_shared_free(blocks[count]) == 0);
        }
        CHECK(mp_shared_usage(&figures) == 0);
        CHECK(figures.in_use < 1 << 20);
    }
    return 0;
}

static int in_little_space(void)
{
    struct rlimit limit = {(rlim_t) 256 << 20, RLIM_INFINITY};

    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    return fill_and_free();
}

static void a_small_reservation_can_be_filled(void)
{
    if (NEEDS_ADDRESSES) {
        skip();
    }
    assert_int_equal(results.little_space, 0);
}

static int without_space(void)
{
    struct rlimit little;
    struct rlimit usual;
    void *memory = NULL;

    CHECK(getrlimit(RLIMIT_AS, &usual) == 0);
    little = usual; // too little for any reservation, enough for the rest
    little.rlim_cur = (rlim_t) test_address_space() + (4 << 20);
    CHECK(setrlimit(RLIMIT_AS, &little) == 0);
    int r = mp_shared_alloc(&memory, 10);
    CHECK(setrlimit(RLIMIT_AS, &usual) == 0);
    CHECK(r == MP_ENOMEM || r == MP_ENOSPC);
    CHECK(memory == NULL);
    CHECK(mp_shared_alloc(&memory, 10) == 0);
    CHECK(mp_shared_free(memory) == 0);
    return 0;
}

static void no_reservation_is_an_error(void)
{
    if (NEEDS_ADDRESSES) {
        skip();
    }
    assert_int_equal(results.no_space, 0);
}

static int without_descriptors(void)
{
    struct rlimit limit;
    struct rlimit usual;
    void *memory = NULL;

    CHECK(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    limit = usual;
    limit.rlim_cur = 0;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    int r = mp_shared_alloc(&memory, 10);
    CHECK(setrlimit(RLIMIT_NOFILE, &usual) == 0);
    CHECK(r == MP_EMFILE);
    CHECK(mp_shared_alloc(&memory, 10) == 0);
    CHECK(mp_shared_free(memory) == 0);
    return 0;
}

static void no_descriptor_is_an_error(void)
{
    assert_int_equal(results.no_descriptors, 0);
}

static const struct test tests[] = {
    {"children of fork() share", children_of_fork_share, TEST_ONCE},
    {"children of fork() may die with a lock",
     children_of_fork_may_die_with_a_lock, TEST_ONCE},
    {"killed allocations harm nobody", killed_allocations_harm_nobody,
     TEST_ONCE},
    {"a block stays for a forked child", a_block_stays_for_a_forked_child,
     TEST_ONCE},
    {"a small reservation can be filled", a_small_reservation_can_be_filled,
     TEST_ONCE},
    {"no reservation is an error", no_reservation_is_an_error, TEST_ONCE},
    {"no descriptor is an error", no_descriptor_is_an_error, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (!NEEDS_ADDRESSES) {
        results.little_space = in_child(in_little_space);
        results.no_space = in_child(without_space);
    }
    results.no_descriptors = in_child(without_descriptors);
    return test_run("shared_fork", tests, sizeof(tests) / sizeof(tests[0]));
}
