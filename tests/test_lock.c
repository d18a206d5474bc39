// SPDX-License-Identifier: Apache-2.0
// Locks: what they exclude, who may release them, and what the end of a holder
// does.
#include "tests/sync.h"

#define CHILDREN 4
#ifdef _WIN32 // where a system call of Wine's takes long
#define ROUNDS 2000
#else
#define ROUNDS 20000
#endif

static mp_lock_t *new_lock(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    return lock;
}

static mp_rlock_t *new_rlock(void)
{
    mp_rlock_t *lock = NULL;

    assert_int_equal(mp_rlock_create(&lock), 0);
    return lock;
}

// ---- in one process ----

static void a_lock_is_free_or_held(void)
{
    mp_lock_t *lock = new_lock();

    assert_false(mp_lock_locked(lock));
    assert_int_equal(mp_lock_acquire(lock, MP_FOREVER), 0);
    assert_true(mp_lock_locked(lock));
    assert_int_equal(mp_lock_acquire(lock, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_lock_acquire(lock, -7), MP_ETIMEDOUT);
    assert_int_equal(mp_lock_release(lock), 0);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    assert_int_equal(mp_lock_release(lock), 0);
    mp_lock_destroy(lock);
}

static void a_timeout_is_kept(void)
{
    mp_lock_t *lock = new_lock();

    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    int64_t before = test_now_ms();
    assert_int_equal(mp_lock_acquire(lock, 50), MP_ETIMEDOUT);
    assert_true(test_now_ms() - before >= 50);
    mp_lock_destroy(lock);
}

static void what_is_not_locked_is_not_released(void)
{
    mp_lock_t *lock = new_lock();

    assert_int_equal(mp_lock_release(lock), MP_ESTATE);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    assert_int_equal(mp_lock_release(lock), 0);
    assert_int_equal(mp_lock_release(lock), MP_ESTATE);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    mp_lock_destroy(lock);
}

static void null_is_refused(void)
{
    assert_int_equal(mp_lock_create(NULL), MP_EINVAL);
    assert_int_equal(mp_lock_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_lock_release(NULL), MP_EINVAL);
    assert_false(mp_lock_locked(NULL));
    mp_lock_destroy(NULL);
    assert_int_equal(mp_rlock_create(NULL), MP_EINVAL);
    assert_int_equal(mp_rlock_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_rlock_release(NULL), MP_EINVAL);
    assert_false(mp_rlock_locked(NULL));
    mp_rlock_destroy(NULL);
}

static void a_thread_takes_its_rlock_again(void)
{
    mp_rlock_t *lock = new_rlock();

    assert_int_equal(mp_rlock_release(lock), MP_ESTATE);
    assert_int_equal(mp_rlock_acquire(lock, 0), 0);
    assert_int_equal(mp_rlock_acquire(lock, 0), 0);
    assert_int_equal(mp_rlock_release(lock), 0);
    assert_true(mp_rlock_locked(lock));
    assert_int_equal(mp_rlock_release(lock), 0);
    assert_false(mp_rlock_locked(lock));
    assert_int_equal(mp_rlock_release(lock), MP_ESTATE);
    mp_rlock_destroy(lock);
}

static void what_is_held_twice_takes_two_destroys(void)
{
    mp_lock_t *lock = new_lock();
    mp_rlock_t *rlock = new_rlock();
    mp_semaphore_t *semaphore = NULL;
    mp_event_t *event = NULL;
    mp_barrier_t *barrier = NULL;
    mp_condition_t *condition = NULL;
    mp_condition_options_t options = {.lock = lock};

    assert_int_equal(mp_semaphore_create(&semaphore, 1, NULL), 0);
    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_barrier_create(&barrier, 1, NULL), 0);
    assert_int_equal(mp_condition_create(&condition, &options), 0);
    assert_int_equal(mp_lock_hold(lock), 0);
    assert_int_equal(mp_rlock_hold(rlock), 0);
    assert_int_equal(mp_semaphore_hold(semaphore), 0);
    assert_int_equal(mp_event_hold(event), 0);
    assert_int_equal(mp_barrier_hold(barrier), 0);
    assert_int_equal(mp_condition_hold(condition), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_condition_acquire(condition, 0), 0);
        assert_int_equal(mp_condition_release(condition), 0);
        assert_int_equal(mp_lock_acquire(lock, 0), 0);
        assert_int_equal(mp_lock_release(lock), 0);
        assert_int_equal(mp_rlock_acquire(rlock, 0), 0);
        assert_int_equal(mp_rlock_release(rlock), 0);
        assert_int_equal(mp_semaphore_value(semaphore), 1);
        assert_false(mp_event_is_set(event));
        assert_int_equal(mp_barrier_parties(barrier), 1);
        mp_condition_destroy(condition);
        mp_lock_destroy(lock);
        mp_rlock_destroy(rlock);
        mp_semaphore_destroy(semaphore);
        mp_event_destroy(event);
        mp_barrier_destroy(barrier);
    }
    assert_int_equal(mp_lock_hold(lock), MP_EINVAL); // it is gone
    assert_int_equal(mp_rlock_hold(NULL), MP_EINVAL);
}

// ---- with children ----

static int try_and_release(const mp_args_t *args)
{
    mp_lock_t *lock = mp_args_lock(args, 0);

    if (mp_lock_acquire(lock, 0) != MP_ETIMEDOUT) {
        return 1;
    }
    return mp_lock_release(lock) == 0 ? 0 : 2;
}
MP_TARGET(try_and_release)

static void a_child_may_release_what_its_parent_acquired(void)
{
    mp_lock_t *lock = new_lock();

    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    assert_int_equal(test_call(try_and_release, MP_ARGS(lock)), 0);
    assert_false(mp_lock_locked(lock));
    mp_lock_destroy(lock);
}

static int refuse_release(const mp_args_t *args)
{
    mp_rlock_t *lock = mp_args_rlock(args, 0);

    if (mp_rlock_release(lock) != MP_ESTATE) {
        return 1;
    }
    return mp_rlock_acquire(lock, 0) == MP_ETIMEDOUT ? 0 : 2;
}
MP_TARGET(refuse_release)

static void only_its_thread_releases_an_rlock(void)
{
    mp_rlock_t *lock = new_rlock();

    assert_int_equal(mp_rlock_acquire(lock, 0), 0);
    assert_int_equal(test_call(refuse_release, MP_ARGS(lock)), 0);
    assert_int_equal(mp_rlock_release(lock), 0);
    mp_rlock_destroy(lock);
}

// Whoever holds the first lock must be the only one at the second.
static int alternate(const mp_args_t *args)
{
    mp_lock_t *one = mp_args_lock(args, 0);
    mp_lock_t *other = mp_args_lock(args, 1);

    for (int i = 0; i < ROUNDS; i++) {
        if (mp_lock_acquire(one, TEST_GUARD_MS) != 0) {
            return 1;
        }
        if (mp_lock_acquire(other, 0) != 0) {
            return 2;
        }
        if (mp_lock_release(other) != 0 || mp_lock_release(one) != 0) {
            return 3;
        }
    }
    return 0;
}
MP_TARGET(alternate)

static void children_exclude_each_other(void)
{
    mp_lock_t *one = new_lock();
    mp_lock_t *other = new_lock();
    mp_process_t *children[CHILDREN];

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = test_start(alternate, MP_ARGS(one, other));
    }
    for (int i = 0; i < CHILDREN; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    assert_false(mp_lock_locked(one));
    mp_lock_destroy(one);
    mp_lock_destroy(other);
}

static void a_child_uses_a_lock_that_its_parent_let_go_of(void)
{
    mp_lock_t *one = new_lock();
    mp_lock_t *other = new_lock();
    mp_process_t *child = test_create(alternate, MP_ARGS(one, other));

    mp_lock_destroy(one);
    mp_lock_destroy(other);
    assert_int_equal(mp_process_start(child), 0);
    assert_int_equal(test_finish(child), 0);
}

// ---- ends of holders ----

static int hold_and_wait(const mp_args_t *args)
{
    if (mp_lock_acquire(mp_args_lock(args, 1), 0) != 0 ||
        mp_rlock_acquire(mp_args_rlock(args, 2), 0) != 0 ||
        mp_rlock_acquire(mp_args_rlock(args, 2), 0) != 0) {
        return 1;
    }
    test_gate_arrive(mp_args_text(args, 0));
    return test_gate_pass(mp_args_text(args, 0)) == 0 ? 0 : 2;
}
MP_TARGET(hold_and_wait)

static void expect_inheritance(mp_lock_t *lock, mp_rlock_t *rlock)
{
    assert_int_equal(mp_lock_acquire(lock, 1000), MP_OWNERDIED);
    assert_int_equal(mp_rlock_acquire(rlock, 1000), MP_OWNERDIED);
    assert_int_equal(mp_rlock_release(rlock), 0);
    assert_int_equal(mp_rlock_release(rlock), MP_ESTATE);
    assert_int_equal(mp_lock_release(lock), 0);
    assert_int_equal(mp_lock_acquire(lock, 0), 0);
    assert_int_equal(mp_rlock_acquire(rlock, 0), 0);
}

static void a_killed_holder_leaves_its_locks(void)
{
    mp_lock_t *lock = new_lock();
    mp_rlock_t *rlock = new_rlock();
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *child =
        test_start(hold_and_wait, MP_ARGS(gate.name, lock, rlock));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_lock_acquire(lock, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_process_kill(child), 0);
    expect_inheritance(lock, rlock); // not collected yet: it is a zombie
    (void) test_finish(child);
    test_gate_destroy(&gate);
    mp_lock_destroy(lock);
    mp_rlock_destroy(rlock);
}

// Of a thread, too: it has a name of its own in the locks that it holds.
static void a_holder_that_returns_leaves_its_locks(void)
{
    mp_lock_t *lock = new_lock();
    mp_rlock_t *rlock = new_rlock();
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *child =
        test_start(hold_and_wait, MP_ARGS(gate.name, lock, rlock));
    test_gate_await(&gate, 1);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(child), 0);
    expect_inheritance(lock, rlock);
    test_gate_destroy(&gate);
    mp_lock_destroy(lock);
    mp_rlock_destroy(rlock);
}

static int wait_for_lock(const mp_args_t *args)
{
    test_gate_arrive(mp_args_text(args, 0));
    int r = mp_lock_acquire(mp_args_lock(args, 1), TEST_GUARD_MS);
    return r == MP_OWNERDIED ? 0 : 1;
}
MP_TARGET(wait_for_lock)

static void a_sleeping_waiter_gets_the_lock_of_a_killed_holder(void)
{
    mp_lock_t *lock = new_lock();
    mp_rlock_t *rlock = new_rlock();
    test_gate_t holding;
    test_gate_t waiting;

    test_gate_create(&holding);
    test_gate_create(&waiting);
    mp_process_t *holder =
        test_start(hold_and_wait, MP_ARGS(holding.name, lock, rlock));
    test_gate_await(&holding, 1);
    mp_process_t *waiter =
        test_start(wait_for_lock, MP_ARGS(waiting.name, lock));
    test_gate_await(&waiting, 1);
    test_await_sleep(mp_process_pid(waiter));
    int64_t from = test_now_ms();
    assert_int_equal(mp_process_kill(holder), 0);
    assert_int_equal(test_finish(waiter), 0);
    sync_expect_in_time(from);
    (void) test_finish(holder);
    test_gate_destroy(&holding);
    test_gate_destroy(&waiting);
    mp_lock_destroy(lock);
    mp_rlock_destroy(rlock);
}

// ---- arguments ----

static int expect_types(const mp_args_t *args)
{
    mp_lock_t *lock = NULL;
    int64_t number = 0;

    if (mp_args_type(args, 0) != MP_ARG_OBJECT ||
        mp_args_get_lock(args, 0, &lock) != 0 ||
        mp_args_get_lock(args, 1, &lock) != MP_ETYPE ||
        mp_args_get_lock(args, 2, &lock) != MP_ETYPE ||
        mp_args_get_lock(args, 3, &lock) != MP_ERANGE ||
        mp_args_get_int(args, 0, &number) != MP_ETYPE) {
        return 1;
    }
    return mp_args_get_lock(args, 0, NULL) == MP_EINVAL ? 0 : 2;
}
MP_TARGET(expect_types)

static void arguments_have_their_types(void)
{
    mp_lock_t *lock = new_lock();
    mp_rlock_t *rlock = new_rlock();

    assert_int_equal(test_call(expect_types, MP_ARGS(lock, rlock, 4)), 0);
    mp_lock_destroy(lock);
    mp_rlock_destroy(rlock);
}

static void what_is_no_object_is_no_argument(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    int on_the_stack[40] = {0};

    assert_int_equal(mp_process_create(&process, expect_types,
                                       MP_ARGS(MP_OBJECT(on_the_stack)),
                                       &options),
                     MP_EINVAL);
    assert_int_equal(mp_process_create(&process, expect_types,
                                       MP_ARGS(MP_OBJECT(NULL)), &options),
                     MP_EINVAL);
}

static const struct test tests[] = {
    {"a lock is free or held", a_lock_is_free_or_held, TEST_ONCE},
    {"a timeout is kept", a_timeout_is_kept, TEST_ONCE},
    {"what is not locked is not released", what_is_not_locked_is_not_released,
     TEST_ONCE},
    {"NULL is refused", null_is_refused, TEST_ONCE},
    {"a thread takes its rlock again", a_thread_takes_its_rlock_again,
     TEST_ONCE},
    {"what is held twice takes two destroys",
     what_is_held_twice_takes_two_destroys, TEST_ONCE},
    {"a child may release what its parent acquired",
     a_child_may_release_what_its_parent_acquired, TEST_ALL},
    {"only its thread releases an rlock", only_its_thread_releases_an_rlock,
     TEST_ALL},
    {"children exclude each other", children_exclude_each_other, TEST_ALL},
    {"a child uses a lock that its parent let go of",
     a_child_uses_a_lock_that_its_parent_let_go_of, TEST_ALL},
    {"a killed holder leaves its locks", a_killed_holder_leaves_its_locks,
     TEST_PROCESSES},
    {"a holder that returns leaves its locks",
     a_holder_that_returns_leaves_its_locks, TEST_ALL},
    {"a sleeping waiter gets the lock of a killed holder",
     a_sleeping_waiter_gets_the_lock_of_a_killed_holder, TEST_PROCESSES},
    {"arguments have their types", arguments_have_their_types, TEST_ALL},
    {"what is no object is no argument", what_is_no_object_is_no_argument,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("locks", tests, sizeof(tests) / sizeof(tests[0]));
}
