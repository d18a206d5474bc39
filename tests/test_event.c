// SPDX-License-Identifier: Apache-2.0
// Events: set, cleared, waited for.
#include "tests/sync.h"

#include <stdatomic.h>

static mp_event_t *make(void)
{
    mp_event_t *event = NULL;

    assert_int_equal(mp_event_create(&event), 0);
    assert_non_null(event);
    return event;
}

static void it_is_set_and_cleared(void)
{
    mp_event_t *event = make();

    assert_false(mp_event_is_set(event));
    assert_int_equal(mp_event_wait(event, 0), MP_ETIMEDOUT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mp_event_set(event), 0);
        assert_int_equal(mp_event_set(event), 0);
        assert_true(mp_event_is_set(event));
        assert_int_equal(mp_event_wait(event, 0), 0);
        assert_int_equal(mp_event_wait(event, MP_FOREVER), 0);
        assert_int_equal(mp_event_clear(event), 0);
        assert_int_equal(mp_event_clear(event), 0);
        assert_false(mp_event_is_set(event));
    }
    mp_event_destroy(event);
}

static void null_is_refused(void)
{
    assert_int_equal(mp_event_create(NULL), MP_EINVAL);
    assert_int_equal(mp_event_set(NULL), MP_EINVAL);
    assert_int_equal(mp_event_clear(NULL), MP_EINVAL);
    assert_int_equal(mp_event_wait(NULL, 0), MP_EINVAL);
    assert_false(mp_event_is_set(NULL));
    mp_event_destroy(NULL);
}

static void a_timeout_is_not_early(void)
{
    mp_event_t *event = make();
    int64_t start = test_now_ms();

    assert_int_equal(mp_event_wait(event, 300), MP_ETIMEDOUT);
    assert_true(test_now_ms() - start >= 299);
    mp_event_destroy(event);
}

// ---- threads ----

static mp_event_t *events[2];
static int message;
static atomic_int errors;

// Waits for its event and clears it.
static bool take_turn(mp_event_t *event)
{
    if (mp_event_wait(event, TEST_GUARD_MS) == 0 &&
        mp_event_clear(event) == 0) {
        return true;
    }
    atomic_fetch_add(&errors, 1);
    return false;
}

// The thread sanitizer sees whether a set orders what was done before.
static void play(int number)
{
    for (int i = 0; i < 1000; i++) {
        if (number == 0) {
            message = i;
            atomic_fetch_add(&errors, mp_event_set(events[0]) != 0);
            if (!take_turn(events[1])) {
                return;
            }
        } else {
            if (!take_turn(events[0])) {
                return;
            }
            atomic_fetch_add(&errors, message != i);
            atomic_fetch_add(&errors, mp_event_set(events[1]) != 0);
        }
    }
}

static void a_set_tells_what_was_done_before(void)
{
    events[0] = make();
    events[1] = make();
    test_run_threads(2, play);
    assert_int_equal(atomic_load(&errors), 0);
    assert_int_equal(message, 999);
    mp_event_destroy(events[0]);
    mp_event_destroy(events[1]);
}

// ---- children ----

static int wait_for_it(const mp_args_t *args)
{
    (void) test_gate_arrive(mp_args_text(args, 1));
    return mp_event_wait(mp_args_event(args, 0), TEST_GUARD_MS) == 0 ? 0 : 1;
}
MP_TARGET(wait_for_it)

static int set_it(const mp_args_t *args)
{
    return mp_event_set(mp_args_event(args, 0));
}
MP_TARGET(set_it)

static void a_set_wakes_all(void)
{
    mp_process_t *children[4];
    test_gate_t gate;
    mp_event_t *event = make();

    test_gate_create(&gate);
    for (int i = 0; i < 4; i++) {
        children[i] = test_start(wait_for_it, MP_ARGS(event, gate.name));
    }
    test_gate_await(&gate, 4);
    assert_int_equal(mp_event_set(event), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    mp_event_destroy(event);
    test_gate_destroy(&gate);
}

static void a_child_sets_it(void)
{
    mp_event_t *event = make();
    mp_process_t *child = test_start(set_it, MP_ARGS(event));

    assert_int_equal(mp_event_wait(event, TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(child), 0);
    mp_event_destroy(event);
}

// Whoever sleeps has no chance to see the event set: it remembers how often it
// was. Once it waits, one set and clear is enough.
static void set_and_cleared_at_once_is_seen(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    for (int round = 0; round < 10; round++) {
        mp_event_t *event = make();
        mp_process_t *child =
            sync_at_gate(&gate, wait_for_it, MP_ARGS(event, gate.name));
        int sets = 0;
        do { // until it is in its wait
            (void) mp_event_set(event);
            (void) mp_event_clear(event);
            sets++;
        } while (mp_process_join(child, 20) == MP_ETIMEDOUT && sets < 100);
        assert_in_range(sets, 1, 99);
        assert_int_equal(test_finish(child), 0);
        mp_event_destroy(event);
    }
    test_gate_destroy(&gate);
}

static void a_killed_waiter_disturbs_nobody(void)
{
    test_gate_t gate;
    mp_event_t *event = make();

    test_gate_create(&gate);
    mp_process_t *killed =
        sync_at_gate(&gate, wait_for_it, MP_ARGS(event, gate.name));
    mp_process_t *other =
        sync_at_gate(&gate, wait_for_it, MP_ARGS(event, gate.name));
    sync_kill(killed);
    assert_int_equal(mp_event_set(event), 0);
    assert_int_equal(test_finish(other), 0);
    mp_event_destroy(event);
    test_gate_destroy(&gate);
}

static const struct test tests[] = {
    {"it is set and cleared", it_is_set_and_cleared, TEST_ONCE},
    {"NULL is refused", null_is_refused, TEST_ONCE},
    {"a timeout is not early", a_timeout_is_not_early, TEST_ONCE},
    {"a set tells what was done before", a_set_tells_what_was_done_before,
     TEST_ONCE},
    {"a set wakes all", a_set_wakes_all, SYNC_ALL},
    {"a child sets it", a_child_sets_it, SYNC_ALL},
    {"set and cleared at once is seen", set_and_cleared_at_once_is_seen,
     SYNC_ALL},
    {"a killed waiter disturbs nobody", a_killed_waiter_disturbs_nobody,
     SYNC_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("event", tests, sizeof(tests) / sizeof(tests[0]));
}
