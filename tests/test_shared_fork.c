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

#define LIMIT_SECONDS 40U // of who waits to be ended

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

static int allocate_until_killed(int tells)
{
    for (size_t n = 0;; n++) {
        void *block = NULL;
        if (mp_shared_alloc_uncleared(&block, n * 997 % 9000) != 0 ||
            (n % 3 != 0 && mp_shared_free(block) != 0) ||
            (n == 0 && write(tells, "", 1) != 1)) {
            return 1;
        }
    }
}

// Many children that are killed at some moment while they allocate and free.
// What they had is free again.
static int killed_in_allocations(void)
{
    mp_shared_figures_t before = {0};
    mp_shared_figures_t after = {0};
    void *memory = NULL;
    char byte = 0;
    int begun[2];

    CHECK(pipe(begun) == 0);
    CHECK(mp_shared_alloc(&memory, 100) == 0);
    CHECK(mp_shared_usage(&before) == 0);
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(allocate_until_killed(begun[1]));
        }
        CHECK(read(begun[0], &byte, 1) == 1);
        (void) usleep((useconds_t) (500 + i * 37 % 1500));
        CHECK(kill(pid, SIGKILL) == 0);
        CHECK(wait_for(pid) == -SIGKILL);
        CHECK(mp_shared_alloc(&memory, (size_t) i * 500) == 0);
        CHECK(mp_shared_free(memory) == 0);
    }
    CHECK(mp_shared_usage(&after) == 0);
    CHECK(after.in_use <= before.in_use + (64 << 10));
    return 0;
}

static void killed_allocations_harm_nobody(void)
{
    assert_int_equal(in_child(killed_in_allocations), 0);
}

// Nobody joins them, and nobody has asked for their end: what they had is used
// before the memory grows.
static int dies_with_a_block(void)
{
    void *block = NULL;

    CHECK(mp_shared_alloc_uncleared(&block, 1 << 20) == 0);
    (void) raise(SIGKILL);
    return 1;
}

static int many_die_with_a_block(void)
{
    mp_shared_figures_t before = {0};
    mp_shared_figures_t after = {0};
    void *memory = NULL;

    CHECK(mp_shared_alloc(&memory, 100) == 0);
    CHECK(mp_shared_usage(&before) == 0);
    for (int i = 0; i < 40; i++) {
        CHECK(in_child(dies_with_a_block) == -SIGKILL);
    }
    CHECK(mp_shared_usage(&after) == 0);
    CHECK(after.in_use < before.in_use + (1 << 20));
    CHECK(after.taken < before.taken + (8 << 20));
    return 0;
}

static void memory_of_the_dead_is_used_again(void)
{
    assert_int_equal(in_child(many_die_with_a_block), 0);
}

// A child that says that it is there. (Before that its place in the family is
// kept for a fork that may be slow.)
static pid_t fork_waiting(void)
{
    int ways[2];
    char byte = 0;

    if (pipe(ways) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void) alarm(LIMIT_SECONDS);
        (void) !write(ways[1], "", 1);
        (void) pause();
        _exit(1);
    }
    (void) close(ways[1]);
    bool there = read(ways[0], &byte, 1) == 1;
    (void) close(ways[0]);
    return there ? pid : -1;
}

// There is always a child that was forked after the block was made, but none
// for long: the block does not wait for those that came after its end.
static int freed_while_children_overlap(void)
{
    mp_shared_figures_t before = {0};
    mp_shared_figures_t figures = {0};
    void *memory = NULL;
    pid_t pids[20];

    CHECK(mp_shared_usage(&before) == 0);
    CHECK(mp_shared_alloc(&memory, 1 << 20) == 0);
    for (int i = 0; i < 20; i++) {
        pids[i] = fork_waiting();
        CHECK(pids[i] > 0);
        if (i == 0) {
            CHECK(mp_shared_free(memory) == 0);
            CHECK(mp_shared_usage(&figures) == 0);
            // The child has its address.
            CHECK(figures.in_use >= before.in_use + (1 << 20));
        } else {
            CHECK(kill(pids[i - 1], SIGKILL) == 0);
            CHECK(wait_for(pids[i - 1]) == -SIGKILL);
        }
    }
    CHECK(mp_shared_usage(&figures) == 0);
    CHECK(figures.in_use < before.in_use + (1 << 20));
    CHECK(kill(pids[19], SIGKILL) == 0);
    CHECK(wait_for(pids[19]) == -SIGKILL);
    return 0;
}

static void a_block_waits_for_none_that_came_later(void)
{
    assert_int_equal(in_child(freed_while_children_overlap), 0);
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

// The pipes of a family of three.
static struct {
    int go[2];
    int end[2];
    int answer[2];
} three;

// Told to, it leaves a child of its own, which reads the block in the end, and
// a lock when it has ended.
static int leave_a_child(const unsigned char *block, mp_lock_t *lock)
{
    char byte = 0;

    (void) close(three.end[1]);
    (void) alarm(LIMIT_SECONDS);
    CHECK(read(three.go[0], &byte, 1) == 1);
    pid_t pid = fork();
    if (pid == 0) {
        (void) alarm(LIMIT_SECONDS);
        (void) !read(three.end[0], &byte, 1); // until the first one closes it
        (void) mp_lock_acquire(lock, 0);
        (void) !write(three.answer[1], &block[4999], 1);
    }
    return pid < 0;
}

// What the child has inherited its child has, too, and it alone in the end.
static int freed_before_a_grandchild(void)
{
    char byte = 0;
    void *memory = NULL;
    void *other = NULL;
    mp_lock_t *lock = NULL;
    mp_shared_figures_t figures = {0};

    CHECK(mp_lock_create(&lock) == 0);
    CHECK(pipe(three.go) == 0 && pipe(three.end) == 0);
    CHECK(pipe(three.answer) == 0);
    CHECK(mp_shared_alloc(&memory, 1 << 20) == 0);
    unsigned char *block = memory;
    block[4999] = 3;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(leave_a_child(block, lock));
    }
    CHECK(mp_shared_free(block) == 0);
    CHECK(write(three.go[1], "", 1) == 1);
    CHECK(wait_for(pid) == 0);
    CHECK(mp_shared_usage(&figures) == 0); // looks for the dead
    CHECK(figures.in_use > 1 << 20);
    CHECK(mp_shared_alloc(&other, 1 << 20) == 0);
    CHECK(mp_shared_free(other) == 0);
    (void) close(three.end[1]);
    CHECK(read(three.answer[0], &byte, 1) == 1 && byte == 3);
    CHECK(mp_lock_acquire(lock, 1000 * LIMIT_SECONDS) == MP_OWNERDIED);
    CHECK(mp_shared_usage(&figures) == 0);
    CHECK(figures.in_use < 1 << 20);
    CHECK(mp_lock_release(lock) == 0);
    mp_lock_destroy(lock);
    return 0;
}

static void a_block_stays_for_children_of_such_a_child(void)
{
    assert_int_equal(in_child(freed_before_a_grandchild), 0);
}

// ---- without memory ----

// These have run before there was any shared memory: each in a family of its
// own.
static struct {
    int first_of_all;
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

static void the_library_needs_no_call_before_a_fork(void)
{
    assert_int_equal(results.first_of_all, 0);
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
    {"memory of the dead is used again", memory_of_the_dead_is_used_again,
     TEST_ONCE},
    {"a block waits for none that came later",
     a_block_waits_for_none_that_came_later, TEST_ONCE},
    {"a block stays for a forked child", a_block_stays_for_a_forked_child,
     TEST_ONCE},
    {"a block stays for children of such a child",
     a_block_stays_for_children_of_such_a_child, TEST_ONCE},
    {"the library needs no call before a fork",
     the_library_needs_no_call_before_a_fork, TEST_ONCE},
    {"a small reservation can be filled", a_small_reservation_can_be_filled,
     TEST_ONCE},
    {"no reservation is an error", no_reservation_is_an_error, TEST_ONCE},
    {"no descriptor is an error", no_descriptor_is_an_error, TEST_ONCE},
};

// A program that only forks by itself may begin with a shared object. The other
// tests have called the library before.
int main(int argc, char **argv)
{
    results.first_of_all = in_child(freed_by_the_parent);
    mp_freeze_support(argc, argv);
    if (!NEEDS_ADDRESSES) {
        results.little_space = in_child(in_little_space);
        results.no_space = in_child(without_space);
    }
    results.no_descriptors = in_child(without_descriptors);
    return test_run("shared_fork", tests, sizeof(tests) / sizeof(tests[0]));
}
