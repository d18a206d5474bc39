// SPDX-License-Identifier: Apache-2.0
// Objects in shared memory: references to them, holds and births, where it is
// not seen from outside. This test looks into core.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/lock.h"

static mp_lock_t *new_lock(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    return lock;
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

// ---- references ----

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

// Its place was in a slab that went, was cleared as part of a block, and is in
// a slab again: so many are made that all places are used again.
static void a_reference_is_no_other_objects_later(void)
{
    enum { LOCKS = 1200, LATER = 12000, BLOCKS = 40, BLOCK_SIZE = 12000 };
    static mp_lock_t *locks[LATER];
    static mp__reference_t references[LOCKS];
    void *blocks[BLOCKS];
    mp__object_t *object = NULL;

    for (int i = 0; i < LOCKS; i++) {
        locks[i] = new_lock();
        references[i] = mp__object_reference(&locks[i]->head);
    }
    for (int i = 0; i < LOCKS; i++) {
        mp_lock_destroy(locks[i]);
    }
    mp__members_recover(0); // gives empty slabs back
    for (int i = 0; i < BLOCKS; i++) {
        assert_int_equal(mp_shared_alloc(&blocks[i], BLOCK_SIZE), 0);
    }
    for (int i = 0; i < BLOCKS; i++) {
        assert_int_equal(mp_shared_free(blocks[i]), 0);
    }
    for (int i = 0; i < LATER; i++) {
        locks[i] = new_lock();
    }
    for (int i = 0; i < LOCKS; i++) {
        assert_int_equal(
            mp__object_open(&references[i], MP__TYPE_LOCK, &object), MP_ENOENT);
    }
    for (int i = 0; i < LATER; i++) {
        mp_lock_destroy(locks[i]);
    }
    expect_whole();
}

// ---- holds ----

// Another process holds it, so this one may come back to no hold of its own and
// hold it again.
static mp__reference_t held_by_another;

static int tells[2]; // pipes
static int answers[2];

static void *hold_and_drop(void *data)
{
    enum { TIMES = 20000 };
    mp__object_t *object = NULL;

    for (int i = 0; i < TIMES; i++) {
        if (mp__object_open(&held_by_another, MP__TYPE_LOCK, &object) < 0 ||
            atomic_load(&object->holds) == 0) {
            *(bool *) data = true;
            break;
        }
        mp__object_drop(object);
    }
    return NULL;
}

static void hold_until_the_end(void)
{
    mp__object_t *object = NULL;
    char byte = 0;

    (void) close(tells[1]);
    int r = mp__object_open(&held_by_another, MP__TYPE_LOCK, &object);
    (void) !write(answers[1], "", r == 0);
    (void) !read(tells[0], &byte, 1);
    _exit(0);
}

static void threads_that_hold_again_are_all_counted(void)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    bool failed[THREADS] = {false};
    mp_lock_t *lock = new_lock();
    char byte = 0;

    held_by_another = mp__object_reference(&lock->head);
    assert_int_equal(pipe(tells), 0);
    assert_int_equal(pipe(answers), 0);
    pid_t pid = fork();
    if (pid == 0) {
        hold_until_the_end();
    }
    assert_true(pid > 0);
    assert_int_equal(read(answers[0], &byte, 1), 1);
    mp_lock_destroy(lock);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, hold_and_drop, &failed[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(failed[i]);
    }
    assert_int_equal(atomic_load(&lock->head.holds), 0);
    for (int i = 0; i < 2; i++) {
        (void) close(tells[1 - i]);
        (void) close(answers[i]);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    expect_whole();
}

// ---- on the way ----

static mp_any_t *shared_lock(mp__reference_t *reference)
{
    mp_any_t *value = NULL;
    mp_lock_t *lock = new_lock();

    *reference = mp__object_reference(&lock->head);
    assert_int_equal(mp_any_shared(&value, lock), 0);
    mp_lock_destroy(lock);
    return value;
}

static bool is_there(const mp__reference_t *reference)
{
    mp__object_t *object = NULL;

    if (mp__object_open(reference, MP__TYPE_LOCK, &object) < 0) {
        return false;
    }
    mp__object_drop(object);
    return true;
}

static void what_is_on_its_way_goes_when_it_has_come(void)
{
    mp_connection_t *ends[2];
    mp__reference_t reference;
    mp_any_t *got = NULL;

    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
    mp_any_t *value = shared_lock(&reference);
    assert_int_equal(mp_connection_send(ends[1], value, 0), 0);
    assert_int_equal(mp_connection_send(ends[1], value, 0), 0);
    mp_any_destroy(value);
    for (int i = 0; i < 2; i++) {
        assert_true(is_there(&reference));
        expect_whole();
        assert_int_equal(mp_connection_recv(ends[0], &got, 0), 0);
        mp_any_destroy(got);
    }
    assert_false(is_there(&reference));
    expect_whole();
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
    expect_whole();
}

// The first of two goes in, the second does not; then nobody is there.
static void what_never_went_is_held_by_nobody(void)
{
    mp_connection_t *ends[2];
    mp__reference_t references[2];
    mp_pickle_options_t few = {.max_items = 2};
    mp_any_t *values[2];
    mp_any_t *pair = NULL;

    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
    values[0] = shared_lock(&references[0]);
    values[1] = shared_lock(&references[1]);
    assert_int_equal(mp_any_tuple_of(&pair, values, 2), 0);
    assert_int_equal(mp_connection_set_limits(ends[1], &few), 0);
    assert_int_equal(mp_connection_send(ends[1], pair, 0), MP_EMSGSIZE);
    assert_int_equal(mp_connection_set_limits(ends[1], NULL), 0);
    mp_connection_destroy(ends[0]);
    assert_int_equal(mp_connection_send(ends[1], pair, 0), MP_EEOF);
    mp_any_destroy(pair);
    for (int i = 0; i < 2; i++) {
        mp_any_destroy(values[i]);
        assert_false(is_there(&references[i]));
    }
    expect_whole();
    mp_connection_destroy(ends[1]);
}

// The dead sender's slab is taken over with what its route still has.
static void what_the_dead_sent_goes_with_the_pipe(void)
{
    mp_connection_t *ends[2];
    mp__reference_t reference;
    void *told = NULL;

    assert_int_equal(mp_shared_alloc(&told, sizeof(reference)), 0);
    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
    pid_t pid = fork();
    if (pid == 0) {
        mp_lock_t *lock = NULL;
        mp_any_t *value = NULL;
        if (mp_lock_create(&lock) < 0 || mp_any_shared(&value, lock) < 0) {
            _exit(1);
        }
        *(mp__reference_t *) told = mp__object_reference(&lock->head);
        _exit(mp_connection_send(ends[1], value, 0) == 0 ? 0 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    reference = *(const mp__reference_t *) told;
    expect_whole();
    assert_true(is_there(&reference));
    mp_connection_destroy(ends[0]);
    expect_whole();
    assert_true(is_there(&reference));
    mp_connection_destroy(ends[1]);
    assert_false(is_there(&reference));
    expect_whole();
    assert_int_equal(mp_shared_free(told), 0);
}

// ---- births ----

static struct {
    atomic_bool open; // the fork is about to be made
    size_t size;
    _Atomic(void *) made;
} window;

// Runs after the library's own handler, which was registered later. Who makes
// an object is to have the time for it, and must not come to its end.
static void before_the_fork(void)
{
    int64_t from = test_now_ms();

    if (window.size != 0) {
        atomic_store(&window.open, true);
        while (atomic_load(&window.made) == NULL &&
               test_now_ms() - from < 200) {
            (void) sched_yield();
        }
    }
}

__attribute__((constructor(101))) static void register_handler(void)
{
    (void) pthread_atfork(before_the_fork, NULL, NULL);
}

static void *make_in_the_window(void *data)
{
    mp__object_t *object = NULL;

    (void) data;
    while (!atomic_load(&window.open)) {
        (void) sched_yield();
    }
    if (mp__object_new(&object, window.size) == 0) {
        mp__object_made(object, MP__TYPE_BLOCK);
        atomic_store(&window.made, object);
    }
    return NULL;
}

static void make_while_forking(size_t size)
{
    pthread_t thread;
    int status = 0;

    atomic_store(&window.open, false);
    atomic_store(&window.made, NULL);
    window.size = size;
    assert_int_equal(pthread_create(&thread, NULL, make_in_the_window, NULL),
                     0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(atomic_load(&window.made) != NULL);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    window.size = 0;
    assert_non_null(atomic_load(&window.made));
    mp__object_drop(atomic_load(&window.made));
    expect_whole();
}

static void nothing_is_born_in_the_middle_of_a_fork(void)
{
    mp_lock_destroy(new_lock());
    make_while_forking(64);
    make_while_forking(64 << 10);
}

static const struct test tests[] = {
    {"a block larger than all memory is refused",
     a_block_larger_than_all_memory_is_refused, TEST_ONCE},
    {"a reference to what is gone holds nothing",
     a_reference_to_what_is_gone_holds_nothing, TEST_ONCE},
    {"a reference is no other object's later",
     a_reference_is_no_other_objects_later, TEST_ONCE},
    {"threads that hold again are all counted",
     threads_that_hold_again_are_all_counted, TEST_ONCE},
    {"what is on its way goes when it has come",
     what_is_on_its_way_goes_when_it_has_come, TEST_ONCE},
    {"what never went is held by nobody", what_never_went_is_held_by_nobody,
     TEST_ONCE},
    {"what the dead sent goes with the pipe",
     what_the_dead_sent_goes_with_the_pipe, TEST_ONCE},
    {"nothing is born in the middle of a fork",
     nothing_is_born_in_the_middle_of_a_fork, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("objects", tests, sizeof(tests) / sizeof(tests[0]));
}
