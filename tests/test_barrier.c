// SPDX-License-Identifier: Apache-2.0
// Barriers: rounds, actions, breaking and mending, and parties that die.
#include "tests/sync.h"

#include <stdatomic.h>
#include <stdio.h>

static mp_barrier_t *make(int parties, const mp_barrier_options_t *options)
{
    mp_barrier_t *barrier = NULL;

    assert_int_equal(mp_barrier_create(&barrier, parties, options), 0);
    assert_non_null(barrier);
    return barrier;
}

static void await_waiting(mp_barrier_t *barrier, int count)
{
    int64_t end = test_now_ms() + TEST_GUARD_MS;

    while (mp_barrier_n_waiting(barrier) != count && test_now_ms() < end) {
    }
    assert_int_equal(mp_barrier_n_waiting(barrier), count);
}

// ---- one process ----

static void one_party_never_waits(void)
{
    mp_barrier_t *barrier = make(1, NULL);
    int index = 9;

    for (int i = 0; i < 100; i++) {
        assert_int_equal(mp_barrier_wait(barrier, 0, &index), 0);
        assert_int_equal(index, 0);
    }
    assert_int_equal(mp_barrier_parties(barrier), 1);
    assert_int_equal(mp_barrier_n_waiting(barrier), 0);
    mp_barrier_destroy(barrier);
}

static void wrong_arguments_are_refused(void)
{
    mp_barrier_t *barrier = NULL;

    assert_int_equal(mp_barrier_create(NULL, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_barrier_create(&barrier, 0, NULL), MP_EINVAL);
    assert_int_equal(mp_barrier_create(&barrier, -1, NULL), MP_EINVAL);
    assert_int_equal(mp_barrier_create(&barrier, 1 << 24, NULL), MP_ERANGE);
    assert_null(barrier);
    assert_int_equal(mp_barrier_wait(NULL, 0, NULL), MP_EINVAL);
    assert_int_equal(mp_barrier_wait_with(NULL, 0, NULL, NULL, NULL),
                     MP_EINVAL);
    assert_int_equal(mp_barrier_abort(NULL), MP_EINVAL);
    assert_int_equal(mp_barrier_reset(NULL), MP_EINVAL);
    assert_false(mp_barrier_broken(NULL));
    assert_int_equal(mp_barrier_n_waiting(NULL), 0);
    assert_int_equal(mp_barrier_parties(NULL), 0);
    mp_barrier_destroy(NULL);
}

static void a_timeout_breaks_it(void)
{
    mp_barrier_t *barrier = make(2, NULL);
    int64_t start = test_now_ms();

    assert_int_equal(mp_barrier_wait(barrier, 300, NULL), MP_EBROKEN);
    assert_true(test_now_ms() - start >= 299);
    assert_true(mp_barrier_broken(barrier));
    assert_int_equal(mp_barrier_wait(barrier, MP_FOREVER, NULL), MP_EBROKEN);
    assert_int_equal(mp_barrier_reset(barrier), 0);
    assert_false(mp_barrier_broken(barrier));
    assert_int_equal(mp_barrier_wait(barrier, 0, NULL), MP_EBROKEN);
    assert_true(mp_barrier_broken(barrier));
    mp_barrier_destroy(barrier);
}

static void its_own_timeout_stands_for_forever(void)
{
    mp_barrier_options_t options = {.timeout_ms = 100};
    mp_barrier_t *barrier = make(2, &options);

    assert_int_equal(mp_barrier_wait(barrier, MP_FOREVER, NULL), MP_EBROKEN);
    mp_barrier_destroy(barrier);
}

static void it_breaks_and_mends_often(void)
{
    mp_barrier_t *barrier = make(1, NULL);

    for (int i = 0; i < 100; i++) {
        assert_int_equal(mp_barrier_abort(barrier), 0);
        assert_int_equal(mp_barrier_abort(barrier), 0);
        assert_true(mp_barrier_broken(barrier));
        assert_int_equal(mp_barrier_wait(barrier, 0, NULL), MP_EBROKEN);
        assert_int_equal(mp_barrier_reset(barrier), 0);
        assert_int_equal(mp_barrier_reset(barrier), 0);
        assert_int_equal(mp_barrier_wait(barrier, 0, NULL), 0);
    }
    mp_barrier_destroy(barrier);
}

static int say(void *argument)
{
    int *value = argument;
    return *value;
}

static void an_action_that_fails_breaks_it(void)
{
    int value = 0;
    mp_barrier_options_t options = {.action = say, .argument = &value};
    mp_barrier_t *barrier = make(1, &options);

    assert_int_equal(mp_barrier_wait(barrier, 0, NULL), 0);
    value = 3;
    assert_int_equal(mp_barrier_wait(barrier, 0, NULL), MP_EBROKEN);
    assert_true(mp_barrier_broken(barrier));
    assert_int_equal(mp_barrier_reset(barrier), 0);
    assert_int_equal(mp_barrier_wait_with(barrier, 0, NULL, NULL, NULL), 0);
    mp_barrier_destroy(barrier);
}

// ---- threads ----

static mp_barrier_t *shared;
static int written[4];
static int sums;
static atomic_int bad;

static int sum_up(void *argument)
{
    (void) argument;
    for (int i = 0; i < 4; i++) {
        sums += written[i];
    }
    return 0;
}

// The thread sanitizer sees whether the barrier orders what is before it, the
// action, and what is behind it.
static void go_rounds(int number)
{
    for (int i = 1; i <= 300; i++) {
        int index = -1;
        written[number] = i;
        if (mp_barrier_wait(shared, TEST_GUARD_MS, &index) != 0 || index < 0 ||
            index > 3 || sums != i * (i + 1) / 2 * 4) {
            atomic_fetch_add(&bad, 1);
        }
        if (mp_barrier_wait_with(shared, TEST_GUARD_MS, NULL, NULL, NULL) !=
            0) {
            atomic_fetch_add(&bad, 1);
        }
    }
}

static void an_action_runs_once_between_the_two_sides(void)
{
    mp_barrier_options_t options = {.action = sum_up};

    shared = make(4, &options);
    sums = 0;
    atomic_store(&bad, 0);
    test_run_threads(4, go_rounds);
    assert_int_equal(atomic_load(&bad), 0);
    assert_int_equal(sums, 300 * 301 / 2 * 4);
    mp_barrier_destroy(shared);
}

// Two of four meet in each round, whichever they are. When there were enough
// rounds the last may be left with nobody to meet.
static atomic_int met;

static void come_often(int number)
{
    (void) number;
    while (atomic_load(&met) < 1000) {
        int r = mp_barrier_wait(shared, 2000, NULL);
        if (r == 0) {
            atomic_fetch_add(&met, 1);
        } else if (atomic_load(&met) < 1000) {
            atomic_fetch_add(&bad, 1);
            return;
        }
    }
}

static void more_may_come_than_there_are_parties(void)
{
    shared = make(2, NULL);
    atomic_store(&met, 0);
    atomic_store(&bad, 0);
    test_run_threads(4, come_often);
    assert_int_equal(atomic_load(&bad), 0);
    mp_barrier_destroy(shared);
}

// ---- children ----

static int told(int r)
{
    return r == 0 ? 0 : r == MP_EBROKEN ? 100 : 101;
}

// The index, or 100 if the barrier was broken.
static int come(const mp_args_t *args)
{
    int index = -1;
    int r = mp_barrier_wait(mp_args_barrier(args, 0), TEST_GUARD_MS, &index);

    return r == 0 ? index : told(r);
}
MP_TARGET(come)

static void each_party_has_its_index(void)
{
    mp_barrier_t *barrier = make(4, NULL);
    mp_process_t *children[3];
    int index = -1;

    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3; i++) {
            children[i] = test_start(come, MP_ARGS(barrier));
            await_waiting(barrier, i + 1);
        }
        assert_int_equal(mp_barrier_wait(barrier, TEST_GUARD_MS, &index), 0);
        assert_int_equal(index, 3);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(test_finish(children[i]), i);
        }
        assert_int_equal(mp_barrier_n_waiting(barrier), 0);
    }
    mp_barrier_destroy(barrier);
}

static int come_rounds(const mp_args_t *args)
{
    mp_barrier_t *barrier = mp_args_barrier(args, 0);

    for (int i = 0; i < 200; i++) {
        if (mp_barrier_wait(barrier, TEST_GUARD_MS, NULL) != 0) {
            return 1;
        }
    }
    return 0;
}
MP_TARGET(come_rounds)

static void rounds_follow_each_other(void)
{
    mp_barrier_t *barrier = make(4, NULL);
    mp_process_t *children[4];

    for (int i = 0; i < 4; i++) {
        children[i] = test_start(come_rounds, MP_ARGS(barrier));
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    mp_barrier_destroy(barrier);
}

static void expect_broken_by(int (*change)(mp_barrier_t *), bool afterwards)
{
    mp_barrier_t *barrier = make(3, NULL);
    mp_process_t *children[2] = {test_start(come, MP_ARGS(barrier)),
                                 test_start(come, MP_ARGS(barrier))};

    await_waiting(barrier, 2);
    assert_int_equal(change(barrier), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_finish(children[i]), 100);
    }
    assert_int_equal(mp_barrier_broken(barrier), afterwards);
    assert_int_equal(mp_barrier_n_waiting(barrier), 0);
    mp_barrier_destroy(barrier);
}

static void who_waits_learns_of_an_abort(void)
{
    expect_broken_by(mp_barrier_abort, true);
}

static void who_waits_learns_of_a_reset(void)
{
    expect_broken_by(mp_barrier_reset, false);
}

static int give_up_soon(const mp_args_t *args)
{
    return told(mp_barrier_wait(mp_args_barrier(args, 0), 200, NULL));
}
MP_TARGET(give_up_soon)

static void one_that_gives_up_breaks_it_for_all(void)
{
    mp_barrier_t *barrier = make(3, NULL);
    mp_process_t *patient = test_start(come, MP_ARGS(barrier));

    await_waiting(barrier, 1);
    assert_int_equal(test_call(give_up_soon, MP_ARGS(barrier)), 100);
    assert_int_equal(test_finish(patient), 100);
    mp_barrier_destroy(barrier);
}

// ---- the action takes its time, or its process dies in it ----

static int pass_gate(void *argument)
{
    return test_gate_pass(argument);
}

// Comes when it passes a gate, if there is a second one.
static int come_and_act(const mp_args_t *args)
{
    char name[200];

    if (mp_args_count(args) > 2 && test_gate_pass(mp_args_text(args, 2)) != 0) {
        return 99;
    }
    (void) snprintf(name, sizeof(name), "%s", mp_args_text(args, 1));
    return told(mp_barrier_wait_with(mp_args_barrier(args, 0), TEST_GUARD_MS,
                                     pass_gate, name, NULL));
}
MP_TARGET(come_and_act)

static int come_for_a_second(const mp_args_t *args)
{
    return told(mp_barrier_wait(mp_args_barrier(args, 0), 1000, NULL));
}
MP_TARGET(come_for_a_second)

// Once all have come, nobody's time is over any more. A third one waits for the
// next round, and breaks nothing. The second is there before the first's time
// begins, or its start would be in it.
static void an_action_has_the_time_it_takes(void)
{
    test_gate_t gate;
    test_gate_t start;
    mp_barrier_t *barrier = make(2, NULL);

    test_gate_create(&gate);
    test_gate_create(&start);
    mp_process_t *acts = sync_at_gate(&start, come_and_act,
                                      MP_ARGS(barrier, gate.name, start.name));
    mp_process_t *waits = test_start(come_for_a_second, MP_ARGS(barrier));
    await_waiting(barrier, 1);
    test_gate_release(&start, 1);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_join(waits, 1300), MP_ETIMEDOUT);
    assert_int_equal(mp_barrier_wait(barrier, 0, NULL), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(waits), 0);
    assert_int_equal(test_finish(acts), 0);
    assert_false(mp_barrier_broken(barrier));
    mp_barrier_destroy(barrier);
    test_gate_destroy(&gate);
    test_gate_destroy(&start);
}

static void death_in_the_action_breaks_it(void)
{
    test_gate_t gate;
    mp_barrier_t *barrier = make(2, NULL);

    test_gate_create(&gate);
    mp_process_t *waits = test_start(come, MP_ARGS(barrier));
    await_waiting(barrier, 1);
    sync_kill(sync_at_gate(&gate, come_and_act, MP_ARGS(barrier, gate.name)));
    assert_int_equal(test_finish(waits), 100);
    assert_int_equal(mp_barrier_reset(barrier), 0);
    assert_false(mp_barrier_broken(barrier));
    mp_barrier_destroy(barrier);
    test_gate_destroy(&gate);
}

static void death_of_a_waiter_breaks_it(void)
{
    mp_barrier_t *barrier = make(3, NULL);

    for (int i = 0; i < 2; i++) { // the dead one came first, and second
        mp_process_t *children[2] = {NULL, NULL};
        for (int n = 0; n < 2; n++) {
            children[n] = test_start(come, MP_ARGS(barrier));
            await_waiting(barrier, n + 1);
        }
        sync_kill(children[i]);
        assert_int_equal(test_finish(children[1 - i]), 100);
        assert_true(mp_barrier_broken(barrier));
        assert_int_equal(mp_barrier_reset(barrier), 0);
    }
    mp_barrier_destroy(barrier);
}

static const struct test tests[] = {
    {"one party never waits", one_party_never_waits, TEST_ONCE},
    {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
    {"a timeout breaks it", a_timeout_breaks_it, TEST_ONCE},
    {"its own timeout stands for forever", its_own_timeout_stands_for_forever,
     TEST_ONCE},
    {"it breaks and mends often", it_breaks_and_mends_often, TEST_ONCE},
    {"an action that fails breaks it", an_action_that_fails_breaks_it,
     TEST_ONCE},
    {"an action runs once between the two sides",
     an_action_runs_once_between_the_two_sides, TEST_ONCE},
    {"more may come than there are parties",
     more_may_come_than_there_are_parties, TEST_ONCE},
    {"each party has its index", each_party_has_its_index, SYNC_ALL},
    {"rounds follow each other", rounds_follow_each_other, SYNC_ALL},
    {"who waits learns of an abort", who_waits_learns_of_an_abort, SYNC_ALL},
    {"who waits learns of a reset", who_waits_learns_of_a_reset, SYNC_ALL},
    {"one that gives up breaks it for all", one_that_gives_up_breaks_it_for_all,
     SYNC_ALL},
    {"an action has the time it takes", an_action_has_the_time_it_takes,
     SYNC_ALL},
    {"death in the action breaks it", death_in_the_action_breaks_it,
     SYNC_PROCESSES},
    {"death of a waiter breaks it", death_of_a_waiter_breaks_it,
     SYNC_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("barrier", tests, sizeof(tests) / sizeof(tests[0]));
}
