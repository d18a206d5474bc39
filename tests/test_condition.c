// SPDX-License-Identifier: Apache-2.0
// Conditions: waiting, telling, whose lock it is, and those who die in between.
#include "tests/sync.h"

// Over which lock a test runs its condition.
enum { OWN, LOCK, RLOCK, KINDS };

static mp_condition_t *make(int kind, int max_waiters)
{
    mp_condition_options_t options = {.max_waiters = max_waiters};
    mp_condition_t *condition = NULL;

    if (kind == LOCK) {
        assert_int_equal(mp_lock_create(&options.lock), 0);
    } else if (kind == RLOCK) {
        assert_int_equal(mp_rlock_create(&options.rlock), 0);
    }
    assert_int_equal(mp_condition_create(&condition, &options), 0);
    mp_lock_destroy(options.lock); // the condition holds it
    mp_rlock_destroy(options.rlock);
    return condition;
}

static void acquire(mp_condition_t *condition)
{
    assert_int_equal(mp_condition_acquire(condition, TEST_GUARD_MS), 0);
}

static void release(mp_condition_t *condition)
{
    assert_int_equal(mp_condition_release(condition), 0);
}

static void notify(mp_condition_t *condition, int count)
{
    acquire(condition);
    assert_int_equal(mp_condition_notify(condition, count), 0);
    release(condition);
}

// ---- one process ----

static bool is_true(void *argument)
{
    bool *value = argument;
    return *value;
}

static void only_who_has_the_lock_waits_and_tells(void)
{
    bool yes = true;

    for (int kind = 0; kind < KINDS; kind++) {
        mp_condition_t *condition = make(kind, 0);
        assert_int_equal(mp_condition_wait(condition, 0), MP_ESTATE);
        assert_int_equal(mp_condition_wait_for(condition, is_true, &yes, 0),
                         MP_ESTATE);
        assert_int_equal(mp_condition_notify(condition, 1), MP_ESTATE);
        assert_int_equal(mp_condition_notify_all(condition), MP_ESTATE);
        assert_int_equal(mp_condition_release(condition), MP_ESTATE);
        acquire(condition);
        assert_int_equal(mp_condition_notify(condition, 1), 0);
        assert_int_equal(mp_condition_notify(condition, 0), 0);
        assert_int_equal(mp_condition_notify(condition, -1), MP_EINVAL);
        assert_int_equal(mp_condition_notify_all(condition), 0);
        release(condition);
        mp_condition_destroy(condition);
    }
}

static void one_lock_is_enough(void)
{
    mp_condition_options_t options = {0};
    mp_condition_t *condition = NULL;
    mp_rlock_t *rlock = NULL;

    assert_int_equal(mp_lock_create(&options.lock), 0);
    assert_int_equal(mp_rlock_create(&rlock), 0);
    options.rlock = rlock;
    assert_int_equal(mp_condition_create(&condition, &options), MP_EINVAL);
    mp_lock_destroy(options.lock);
    options.rlock = NULL;
    options.lock = (mp_lock_t *) (void *) rlock; // it is none
    assert_int_equal(mp_condition_create(&condition, &options), MP_EINVAL);
    mp_rlock_destroy(rlock);
    assert_null(condition);
}

#ifndef MP_NO_SHAREDCTYPES
// Condition(value.get_lock()): what is waited for is the Value.
static void its_lock_may_be_that_of_a_value(void)
{
    mp_condition_options_t options = {0};
    mp_condition_t *condition = NULL;
    mp_value_t *value = NULL;
    int64_t number = 0;

    assert_int_equal(mp_value_create(&value, 'i', MP_INT(0), NULL), 0);
    options.rlock = mp_value_rlock(value);
    assert_int_equal(mp_condition_create(&condition, &options), 0);
    assert_int_equal(mp_condition_acquire(condition, 0), 0);
    assert_int_equal(mp_value_set_int(value, 7), 0);
    assert_int_equal(mp_condition_wait(condition, 1), MP_ETIMEDOUT);
    assert_int_equal(mp_condition_notify(condition, 1), 0);
    assert_int_equal(mp_value_release(value), 0);
    assert_int_equal(mp_condition_release(condition), MP_ESTATE);
    assert_int_equal(mp_value_get_int(value, &number), 0);
    assert_int_equal(number, 7);
    mp_value_destroy(value); // the condition holds it
    assert_int_equal(mp_condition_acquire(condition, 0), 0);
    assert_int_equal(mp_condition_release(condition), 0);
    mp_condition_destroy(condition);
}
#endif

static void wrong_arguments_are_refused(void)
{
    mp_condition_options_t options = {.max_waiters = -1};
    mp_condition_t *condition = NULL;

    assert_int_equal(mp_condition_create(NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_condition_create(&condition, &options), MP_EINVAL);
    options.max_waiters = 1 << 24;
    assert_int_equal(mp_condition_create(&condition, &options), MP_ERANGE);
    assert_null(condition);
    assert_int_equal(mp_condition_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_condition_release(NULL), MP_EINVAL);
    assert_int_equal(mp_condition_wait(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_condition_wait_for(NULL, is_true, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_condition_wait_for(NULL, NULL, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_condition_notify(NULL, 1), MP_EINVAL);
    assert_int_equal(mp_condition_notify_all(NULL), MP_EINVAL);
    mp_condition_destroy(NULL);
}

static void a_timeout_has_the_lock_back(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        mp_condition_t *condition = make(kind, 0);
        acquire(condition);
        assert_int_equal(mp_condition_wait(condition, 0), MP_ETIMEDOUT);
        int64_t start = test_now_ms();
        assert_int_equal(mp_condition_wait(condition, 300), MP_ETIMEDOUT);
        assert_true(test_now_ms() - start >= 299);
        release(condition);
        assert_int_equal(mp_condition_release(condition), MP_ESTATE);
        mp_condition_destroy(condition);
    }
}

static void a_lock_acquired_thrice_is_so_again(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        mp_condition_t *condition = make(kind, 0);
        int times = kind == LOCK ? 1 : 3;
        for (int i = 0; i < times; i++) {
            acquire(condition);
        }
        assert_int_equal(mp_condition_wait(condition, 10), MP_ETIMEDOUT);
        for (int i = 0; i < times; i++) {
            release(condition);
        }
        assert_int_equal(mp_condition_release(condition), MP_ESTATE);
        mp_condition_destroy(condition);
    }
}

static int asked;

static bool count_to(void *argument)
{
    const int *limit = argument;
    return ++asked >= *limit;
}

static void a_predicate_is_asked_first_and_last(void)
{
    mp_condition_t *condition = make(OWN, 0);
    int limit = 1;

    acquire(condition);
    asked = 0;
    assert_int_equal(mp_condition_wait_for(condition, count_to, &limit, 0), 0);
    assert_int_equal(asked, 1);
    limit = 2;
    asked = 0; // asked again when the time is over
    assert_int_equal(mp_condition_wait_for(condition, count_to, &limit, 20), 0);
    limit = 100;
    asked = 0;
    assert_int_equal(mp_condition_wait_for(condition, count_to, &limit, 20),
                     MP_ETIMEDOUT);
    assert_int_equal(asked, 2);
    release(condition);
    mp_condition_destroy(condition);
}

// ---- threads ----

static mp_condition_t *shared;
static int turn;
static int turns[4];

static bool is_my_turn(void *argument)
{
    const int *number = argument;
    return turn % 4 == *number;
}

static void take_turns(int number)
{
    for (int i = 0; i < 200; i++) {
        if (mp_condition_acquire(shared, TEST_GUARD_MS) != 0) {
            return;
        }
        if (mp_condition_wait_for(shared, is_my_turn, &number, TEST_GUARD_MS) ==
            0) {
            turn++;
            turns[number]++;
        }
        (void) mp_condition_notify_all(shared);
        (void) mp_condition_release(shared);
    }
}

// A Lock's holder is the process, an RLock's the thread.
static void threads_take_turns(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        turn = 0;
        shared = make(kind, 0);
        for (int i = 0; i < 4; i++) {
            turns[i] = 0;
        }
        test_run_threads(4, take_turns);
        assert_int_equal(turn, 800);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(turns[i], 200);
        }
        mp_condition_destroy(shared);
    }
}

// ---- children ----

// Arrives with the lock held: whoever gets the lock then knows that this one
// waits. Returns what the wait said, or 50 more than the failure.
static int wait_for_it(const mp_args_t *args)
{
    mp_condition_t *condition = mp_args_condition(args, 0);
    mp_semaphore_t *woken = mp_args_semaphore(args, 1);

    if (mp_condition_acquire(condition, TEST_GUARD_MS) != 0) {
        return 40;
    }
    (void) test_gate_arrive(mp_args_text(args, 2));
    int r = mp_condition_wait(condition, TEST_GUARD_MS);
    if (r < 0) {
        return 50 - r;
    }
    (void) mp_semaphore_release(woken);
    return mp_condition_release(condition) == 0 ? r : 41;
}
MP_TARGET(wait_for_it)

struct scene {
    mp_condition_t *condition;
    mp_semaphore_t *woken;
    test_gate_t gate;
};

static void open_scene(struct scene *scene, int kind, int max_waiters)
{
    scene->condition = make(kind, max_waiters);
    assert_int_equal(mp_semaphore_create(&scene->woken, 0, NULL), 0);
    test_gate_create(&scene->gate);
}

static void close_scene(struct scene *scene)
{
    mp_condition_destroy(scene->condition);
    mp_semaphore_destroy(scene->woken);
    test_gate_destroy(&scene->gate);
}

static mp_process_t *start_waiter(struct scene *scene)
{
    return sync_at_gate(
        &scene->gate, wait_for_it,
        MP_ARGS(scene->condition, scene->woken, scene->gate.name));
}

static void as_many_are_woken_as_are_notified(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct scene scene;
        mp_process_t *children[4];
        open_scene(&scene, kind, 0);
        for (int i = 0; i < 4; i++) {
            children[i] = start_waiter(&scene);
        }
        notify(scene.condition, 1);
        assert_int_equal(mp_semaphore_acquire(scene.woken, TEST_GUARD_MS), 0);
        assert_int_equal(mp_semaphore_acquire(scene.woken, 100), MP_ETIMEDOUT);
        notify(scene.condition, 2);
        assert_int_equal(mp_semaphore_acquire(scene.woken, TEST_GUARD_MS), 0);
        assert_int_equal(mp_semaphore_acquire(scene.woken, TEST_GUARD_MS), 0);
        assert_int_equal(mp_semaphore_acquire(scene.woken, 100), MP_ETIMEDOUT);
        notify(scene.condition, 99);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(test_finish(children[i]), 0);
        }
        close_scene(&scene);
    }
}

static void all_are_woken(void)
{
    struct scene scene;
    mp_process_t *children[4];

    open_scene(&scene, OWN, 0);
    for (int i = 0; i < 4; i++) {
        children[i] = start_waiter(&scene);
    }
    acquire(scene.condition);
    assert_int_equal(mp_condition_notify_all(scene.condition), 0);
    release(scene.condition);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    close_scene(&scene);
}

static void who_waits_longest_is_woken_first(void)
{
    struct scene scene;
    mp_process_t *children[3];

    open_scene(&scene, OWN, 0);
    for (int i = 0; i < 3; i++) {
        children[i] = start_waiter(&scene);
    }
    for (int i = 0; i < 3; i++) {
        notify(scene.condition, 1);
        assert_int_equal(test_finish(children[i]), 0);
    }
    close_scene(&scene);
}

static void nobody_hears_what_was_said_before(void)
{
    struct scene scene;

    open_scene(&scene, OWN, 0);
    notify(scene.condition, 5);
    mp_process_t *child = start_waiter(&scene);
    assert_int_equal(mp_semaphore_acquire(scene.woken, 100), MP_ETIMEDOUT);
    notify(scene.condition, 1);
    assert_int_equal(test_finish(child), 0);
    close_scene(&scene);
}

static void there_is_room_for_so_many(void)
{
    struct scene scene;

    open_scene(&scene, OWN, 1);
    mp_process_t *child = start_waiter(&scene);
    acquire(scene.condition);
    assert_int_equal(mp_condition_wait(scene.condition, 0), MP_ENOSPC);
    release(scene.condition); // it was never let go of
    notify(scene.condition, 1);
    assert_int_equal(test_finish(child), 0);
    acquire(scene.condition);
    assert_int_equal(mp_condition_wait(scene.condition, 0), MP_ETIMEDOUT);
    release(scene.condition);
    close_scene(&scene);
}

// ---- death ----

// The one that waits longest is dead: the notification is for another one. A
// notifier of Python's waits for the dead.
static void a_notification_for_the_dead_is_passed_on(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct scene scene;
        open_scene(&scene, kind, 0);
        mp_process_t *killed = start_waiter(&scene);
        mp_process_t *other = start_waiter(&scene);
        acquire(scene.condition); // once both wait
        release(scene.condition);
        sync_kill(killed);
        notify(scene.condition, 1);
        assert_int_equal(test_finish(other), 0);
        close_scene(&scene);
    }
}

// They were told, and wait for the lock only, when they are killed.
static void the_notified_may_die_before_they_return(void)
{
    struct scene scene;

    open_scene(&scene, OWN, 0);
    mp_process_t *killed[2] = {start_waiter(&scene), start_waiter(&scene)};
    mp_process_t *others[2] = {start_waiter(&scene), start_waiter(&scene)};
    acquire(scene.condition);
    assert_int_equal(mp_condition_notify(scene.condition, 2), 0);
    sync_kill(killed[0]);
    sync_kill(killed[1]);
    release(scene.condition);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_finish(others[i]), 0);
    }
    close_scene(&scene);
}

static void telling_all_does_not_wait_for_the_dead(void)
{
    struct scene scene;

    open_scene(&scene, OWN, 0);
    mp_process_t *killed = start_waiter(&scene);
    mp_process_t *other = start_waiter(&scene);
    acquire(scene.condition);
    release(scene.condition);
    sync_kill(killed);
    acquire(scene.condition);
    assert_int_equal(mp_condition_notify_all(scene.condition), 0);
    release(scene.condition);
    assert_int_equal(test_finish(other), 0);
    close_scene(&scene);
}

static void the_place_of_the_dead_is_free(void)
{
    struct scene scene;

    open_scene(&scene, OWN, 1);
    mp_process_t *killed = start_waiter(&scene);
    acquire(scene.condition);
    release(scene.condition);
    sync_kill(killed);
    acquire(scene.condition);
    assert_int_equal(mp_condition_wait(scene.condition, 0), MP_ETIMEDOUT);
    release(scene.condition);
    close_scene(&scene);
}

static int notify_and_stay(const mp_args_t *args)
{
    mp_condition_t *condition = mp_args_condition(args, 0);

    if (mp_condition_acquire(condition, TEST_GUARD_MS) != 0 ||
        mp_condition_notify(condition, 1) != 0) {
        return 1;
    }
    return test_gate_pass(mp_args_text(args, 1));
}
MP_TARGET(notify_and_stay)

static void who_is_told_by_the_dead_learns_of_it(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct scene scene;
        open_scene(&scene, kind, 0);
        mp_process_t *waiter = start_waiter(&scene);
        sync_end(sync_at_gate(&scene.gate, notify_and_stay,
                              MP_ARGS(scene.condition, scene.gate.name)),
                 &scene.gate);
        assert_int_equal(test_finish(waiter), MP_OWNERDIED);
        close_scene(&scene);
    }
}

static const struct test tests[] = {
    {"only who has the lock waits and tells",
     only_who_has_the_lock_waits_and_tells, TEST_ONCE},
    {"one lock is enough", one_lock_is_enough, TEST_ONCE},
#ifndef MP_NO_SHAREDCTYPES
    {"its lock may be that of a Value", its_lock_may_be_that_of_a_value,
     TEST_ONCE},
#endif
    {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
    {"a timeout has the lock back", a_timeout_has_the_lock_back, TEST_ONCE},
    {"a lock acquired thrice is so again", a_lock_acquired_thrice_is_so_again,
     TEST_ONCE},
    {"a predicate is asked first and last", a_predicate_is_asked_first_and_last,
     TEST_ONCE},
    {"threads take turns", threads_take_turns, TEST_ONCE},
    {"as many are woken as are notified", as_many_are_woken_as_are_notified,
     SYNC_ALL},
    {"all are woken", all_are_woken, SYNC_ALL},
    {"who waits longest is woken first", who_waits_longest_is_woken_first,
     SYNC_ALL},
    {"nobody hears what was said before", nobody_hears_what_was_said_before,
     SYNC_ALL},
    {"there is room for so many", there_is_room_for_so_many, SYNC_ALL},
    {"a notification for the dead is passed on",
     a_notification_for_the_dead_is_passed_on, SYNC_PROCESSES},
    {"the notified may die before they return",
     the_notified_may_die_before_they_return, SYNC_PROCESSES},
    {"telling all does not wait for the dead",
     telling_all_does_not_wait_for_the_dead, SYNC_PROCESSES},
    {"the place of the dead is free", the_place_of_the_dead_is_free,
     SYNC_PROCESSES},
    {"who is told by the dead learns of it",
     who_is_told_by_the_dead_learns_of_it, SYNC_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("condition", tests, sizeof(tests) / sizeof(tests[0]));
}
