// SPDX-License-Identifier: Apache-2.0
// Semaphores: counting, bounds, owners, and what is left of those who die.
#include "tests/sync.h"

#include <limits.h>
#include <stdatomic.h>

static mp_semaphore_t *make(int value, bool bounded, bool owned)
{
    mp_semaphore_options_t options = {.bounded = bounded, .owned = owned};
    mp_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_semaphore_create(&semaphore, value, &options), 0);
    assert_non_null(semaphore);
    return semaphore;
}

// ---- one process ----

static void units_are_counted(void)
{
    mp_semaphore_t *semaphore = make(2, false, false);

    assert_int_equal(mp_semaphore_value(semaphore), 2);
    assert_int_equal(mp_semaphore_acquire(semaphore, MP_FOREVER), 0);
    assert_false(mp_semaphore_locked(semaphore));
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    assert_true(mp_semaphore_locked(semaphore));
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_semaphore_acquire(semaphore, -5), MP_ETIMEDOUT);
    assert_int_equal(mp_semaphore_release_many(semaphore, 3), 0);
    assert_int_equal(mp_semaphore_value(semaphore), 3); // above the first value
    mp_semaphore_destroy(semaphore);
}

static void wrong_values_are_refused(void)
{
    mp_semaphore_options_t owned = {.owned = true};
    mp_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_semaphore_create(NULL, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_semaphore_create(&semaphore, -1, NULL), MP_EINVAL);
    assert_int_equal(mp_bounded_semaphore_create(&semaphore, -1), MP_EINVAL);
    assert_int_equal(mp_semaphore_create(&semaphore, 0, &owned), MP_EINVAL);
    assert_int_equal(mp_semaphore_create(&semaphore, INT_MAX, &owned),
                     MP_ERANGE);
    assert_null(semaphore);
    assert_int_equal(mp_semaphore_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_semaphore_release(NULL), MP_EINVAL);
    assert_int_equal(mp_semaphore_value(NULL), 0);
    mp_semaphore_destroy(NULL);
}

static void the_value_does_not_overflow(void)
{
    mp_semaphore_t *semaphore = make(INT_MAX - 1, false, false);

    assert_int_equal(mp_semaphore_release_many(semaphore, 2), MP_ERANGE);
    assert_int_equal(mp_semaphore_release_many(semaphore, INT_MAX), MP_ERANGE);
    assert_int_equal(mp_semaphore_release_many(semaphore, 0), MP_EINVAL);
    assert_int_equal(mp_semaphore_release_many(semaphore, -1), MP_EINVAL);
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    assert_int_equal(mp_semaphore_release(semaphore), MP_ERANGE);
    assert_int_equal(mp_semaphore_value(semaphore), INT_MAX);
    mp_semaphore_destroy(semaphore);
}

static void a_bound_is_kept(void)
{
    mp_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_bounded_semaphore_create(&semaphore, 2), 0);
    assert_int_equal(mp_semaphore_release(semaphore), MP_EINVAL);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_semaphore_release_many(semaphore, 2), MP_EINVAL);
    assert_int_equal(mp_semaphore_value(semaphore), 1);
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    assert_int_equal(mp_semaphore_release(semaphore), MP_EINVAL);
    mp_semaphore_destroy(semaphore);
}

static void a_timeout_is_not_early(void)
{
    for (int owned = 0; owned < 2; owned++) {
        mp_semaphore_t *semaphore = make(1, false, owned);
        assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
        int64_t start = test_now_ms();
        assert_int_equal(mp_semaphore_acquire(semaphore, 300), MP_ETIMEDOUT);
        assert_true(test_now_ms() - start >= 299);
        assert_int_equal(mp_semaphore_release(semaphore), 0);
        mp_semaphore_destroy(semaphore);
    }
}

static void units_have_owners(void)
{
    mp_semaphore_t *semaphore = make(3, false, true);

    assert_int_equal(mp_semaphore_release(semaphore), MP_ESTATE);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_semaphore_release_many(semaphore, 3), MP_ESTATE);
    assert_int_equal(mp_semaphore_value(semaphore), 1); // all or none
    assert_int_equal(mp_semaphore_release_many(semaphore, 2), 0);
    assert_int_equal(mp_semaphore_release(semaphore), MP_ESTATE);
    assert_int_equal(mp_semaphore_value(semaphore), 3);
    mp_semaphore_destroy(semaphore);
}

// ---- threads ----

static mp_semaphore_t *shared;
static int guarded;
static atomic_int releases;

// The thread sanitizer sees whether a unit orders what is done with it.
static void add_many(int number)
{
    (void) number;
    for (int i = 0; i < 2000; i++) {
        if (mp_semaphore_acquire(shared, TEST_GUARD_MS) == 0) {
            guarded++;
            (void) mp_semaphore_release(shared);
        }
    }
}

static void one_unit_is_a_lock(void)
{
    for (int owned = 0; owned < 2; owned++) {
        guarded = 0;
        shared = make(1, true, owned);
        test_run_threads(4, add_many);
        assert_int_equal(guarded, 4 * 2000);
        assert_int_equal(mp_semaphore_value(shared), 1);
        mp_semaphore_destroy(shared);
    }
}

static void release_too_often(int number)
{
    (void) number;
    for (int i = 0; i < 1000; i++) {
        int r = mp_semaphore_release(shared);
        if (r == 0) {
            atomic_fetch_add(&releases, 1);
        } else if (r != MP_EINVAL) {
            atomic_fetch_add(&releases, 100000);
        }
    }
}

// Python looks at the value, and releases then.
static void the_bound_is_exact_when_threads_race(void)
{
    atomic_store(&releases, 0);
    shared = make(1500, true, false);
    for (int i = 0; i < 1500; i++) {
        assert_int_equal(mp_semaphore_acquire(shared, 0), 0);
    }
    test_run_threads(4, release_too_often);
    assert_int_equal(atomic_load(&releases), 1500);
    assert_int_equal(mp_semaphore_value(shared), 1500);
    mp_semaphore_destroy(shared);
}

// ---- children ----

// Whether more than two are ever inside is told by a second semaphore.
static int go_in_and_out(const mp_args_t *args)
{
    mp_semaphore_t *outer = mp_args_semaphore(args, 0);
    mp_semaphore_t *inner = mp_args_semaphore(args, 1);

    for (int i = 0; i < 2000; i++) {
        if (mp_semaphore_acquire(outer, TEST_GUARD_MS) != 0) {
            return 1;
        }
        if (mp_semaphore_acquire(inner, 0) != 0) {
            return 2;
        }
        if (mp_semaphore_release(inner) != 0 ||
            mp_semaphore_release(outer) != 0) {
            return 3;
        }
    }
    return 0;
}
MP_TARGET(go_in_and_out)

static void no_more_are_inside_than_units(void)
{
    for (int owned = 0; owned < 2; owned++) {
        mp_process_t *children[4];
        mp_semaphore_t *outer = make(2, true, owned);
        mp_semaphore_t *inner = make(2, true, false);
        for (int i = 0; i < 4; i++) {
            children[i] = test_start(go_in_and_out, MP_ARGS(outer, inner));
        }
        for (int i = 0; i < 4; i++) {
            assert_int_equal(test_finish(children[i]), 0);
        }
        assert_int_equal(mp_semaphore_value(outer), 2);
        mp_semaphore_destroy(outer);
        mp_semaphore_destroy(inner);
    }
}

static int acquire_it(const mp_args_t *args)
{
    (void) test_gate_arrive(mp_args_text(args, 1));
    int r = mp_semaphore_acquire(mp_args_semaphore(args, 0), TEST_GUARD_MS);
    return r < 0 ? 50 : r;
}
MP_TARGET(acquire_it)

static void all_sleepers_get_their_units(void)
{
    mp_process_t *children[4];
    test_gate_t gate;
    mp_semaphore_t *semaphore = make(0, false, false);

    test_gate_create(&gate);
    for (int i = 0; i < 4; i++) {
        children[i] = test_start(acquire_it, MP_ARGS(semaphore, gate.name));
    }
    test_gate_await(&gate, 4);
    assert_int_equal(mp_semaphore_release_many(semaphore, 3), 0);
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    assert_int_equal(mp_semaphore_value(semaphore), 0);
    mp_semaphore_destroy(semaphore);
    test_gate_destroy(&gate);
}

// Acquires a unit, and stays at the gate; 0 if it gets as far.
static int hold_at_gate(const mp_args_t *args)
{
    int r = mp_semaphore_acquire(mp_args_semaphore(args, 0), TEST_GUARD_MS);

    return r < 0 ? 50 : test_gate_pass(mp_args_text(args, 1));
}
MP_TARGET(hold_at_gate)

static int release_foreign(const mp_args_t *args)
{
    int r = mp_semaphore_release(mp_args_semaphore(args, 0));

    return r == MP_ESTATE ? 0 : 1;
}
MP_TARGET(release_foreign)

static void only_its_owner_releases_a_unit(void)
{
    mp_semaphore_t *semaphore = make(1, false, true);

    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(test_call(release_foreign, MP_ARGS(semaphore)), 0);
    assert_int_equal(mp_semaphore_value(semaphore), 0);
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    mp_semaphore_destroy(semaphore);
}

static int release_it(const mp_args_t *args)
{
    return mp_semaphore_release(mp_args_semaphore(args, 0));
}
MP_TARGET(release_it)

static void anybody_releases_a_plain_unit(void)
{
    mp_semaphore_t *semaphore = make(0, false, false);

    assert_int_equal(test_call(release_it, MP_ARGS(semaphore)), 0);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    mp_semaphore_destroy(semaphore);
}

// ---- death ----

static void a_dead_owners_unit_comes_back(void)
{
    test_gate_t gate;
    mp_semaphore_t *semaphore = make(2, false, true);

    test_gate_create(&gate);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    sync_end(sync_at_gate(&gate, hold_at_gate, MP_ARGS(semaphore, gate.name)),
             &gate);
    int64_t from = test_now_ms();
    assert_int_equal(mp_semaphore_acquire(semaphore, TEST_GUARD_MS),
                     MP_OWNERDIED);
    sync_expect_in_time(from);
    assert_int_equal(mp_semaphore_release_many(semaphore, 2), 0);
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0); // no remark now
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    mp_semaphore_destroy(semaphore);
    test_gate_destroy(&gate);
}

// Trying does not sleep, and must not be blind to it.
static void trying_finds_the_dead_as_well(void)
{
    test_gate_t gate;
    mp_semaphore_t *semaphore = make(1, false, true);
    int r = MP_ETIMEDOUT;

    test_gate_create(&gate);
    sync_end(sync_at_gate(&gate, hold_at_gate, MP_ARGS(semaphore, gate.name)),
             &gate);
    for (int64_t end = test_now_ms() + SYNC_DEATH_MS;
         r == MP_ETIMEDOUT && test_now_ms() < end;) {
        r = mp_semaphore_acquire(semaphore, 0);
    }
    assert_int_equal(r, MP_OWNERDIED);
    mp_semaphore_destroy(semaphore);
    test_gate_destroy(&gate);
}

static void a_waiter_gets_the_unit_of_one_who_dies(void)
{
    test_gate_t gate;
    mp_semaphore_t *semaphore = make(1, false, true);

    test_gate_create(&gate);
    mp_process_t *holder =
        sync_at_gate(&gate, hold_at_gate, MP_ARGS(semaphore, gate.name));
    mp_process_t *waiter =
        sync_at_gate(&gate, acquire_it, MP_ARGS(semaphore, gate.name));
    int64_t from = test_now_ms();
    sync_end(holder, &gate);
    assert_int_equal(test_finish(waiter), MP_OWNERDIED);
    sync_expect_in_time(from);
    mp_semaphore_destroy(semaphore);
    test_gate_destroy(&gate);
}

static void a_dead_holders_plain_unit_is_gone(void)
{
    test_gate_t gate;
    mp_semaphore_t *semaphore = make(1, false, false);

    test_gate_create(&gate);
    sync_end(sync_at_gate(&gate, hold_at_gate, MP_ARGS(semaphore, gate.name)),
             &gate);
    assert_int_equal(mp_semaphore_acquire(semaphore, 400), MP_ETIMEDOUT);
    mp_semaphore_destroy(semaphore);
    test_gate_destroy(&gate);
}

// A release may wake the one that is being killed: the other looks again. An
// owned unit that the other has acquired comes back when it has ended, too.
static void kill_one_of_two_waiters(mp_semaphore_t *semaphore,
                                    test_gate_t *gate, bool owned)
{
    assert_int_equal(mp_semaphore_acquire(semaphore, 0), 0);
    mp_process_t *killed =
        sync_at_gate(gate, acquire_it, MP_ARGS(semaphore, gate->name));
    mp_process_t *other =
        sync_at_gate(gate, acquire_it, MP_ARGS(semaphore, gate->name));
    assert_int_equal(mp_process_kill(killed), 0);
    test_join(killed);
    mp_process_destroy(killed);
    assert_int_equal(mp_semaphore_release(semaphore), 0);
    assert_int_equal(test_finish(other), 0);
    if (owned) {
        int64_t from = test_now_ms();
        assert_int_equal(mp_semaphore_acquire(semaphore, TEST_GUARD_MS),
                         MP_OWNERDIED);
        sync_expect_in_time(from);
    }
    assert_int_equal(mp_semaphore_release(semaphore), 0);
}

static void a_killed_waiter_takes_no_unit_along(void)
{
    for (int owned = 0; owned < 2; owned++) {
        test_gate_t gate;
        mp_semaphore_t *semaphore = make(1, false, owned);
        test_gate_create(&gate);
        for (int i = 0; i < 5; i++) {
            kill_one_of_two_waiters(semaphore, &gate, owned);
        }
        mp_semaphore_destroy(semaphore);
        test_gate_destroy(&gate);
    }
}

static const struct test tests[] = {
    {"units are counted", units_are_counted, TEST_ONCE},
    {"wrong values are refused", wrong_values_are_refused, TEST_ONCE},
    {"the value does not overflow", the_value_does_not_overflow, TEST_ONCE},
    {"a bound is kept", a_bound_is_kept, TEST_ONCE},
    {"a timeout is not early", a_timeout_is_not_early, TEST_ONCE},
    {"units have owners", units_have_owners, TEST_ONCE},
    {"one unit is a lock", one_unit_is_a_lock, TEST_ONCE},
    {"the bound is exact when threads race",
     the_bound_is_exact_when_threads_race, TEST_ONCE},
    {"no more are inside than there are units", no_more_are_inside_than_units,
     SYNC_ALL},
    {"all sleepers get their units", all_sleepers_get_their_units, SYNC_ALL},
    {"only its owner releases a unit", only_its_owner_releases_a_unit,
     SYNC_ALL},
    {"anybody releases a plain unit", anybody_releases_a_plain_unit, SYNC_ALL},
    {"a dead owner's unit comes back", a_dead_owners_unit_comes_back, SYNC_ALL},
    {"trying finds the dead as well", trying_finds_the_dead_as_well, SYNC_ALL},
    {"a waiter gets the unit of one who dies",
     a_waiter_gets_the_unit_of_one_who_dies, SYNC_ALL},
    {"a dead holder's plain unit is gone", a_dead_holders_plain_unit_is_gone,
     SYNC_ALL},
    {"a killed waiter takes no unit along", a_killed_waiter_takes_no_unit_along,
     SYNC_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("semaphore", tests, sizeof(tests) / sizeof(tests[0]));
}
