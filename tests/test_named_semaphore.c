// SPDX-License-Identifier: Apache-2.0
// Named semaphores: their units, their names, and what is left when programs
// that use them are killed.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define NAMES_END_BY_THEMSELVES true
#define ROUNDS 10
#else
#define NAMES_END_BY_THEMSELVES false
#define ROUNDS 40
#endif
#define PROGRAMS 4
#define TURNS 50

// A name of this process's and no other's, that begins with capital letters.
static const char *new_name(void)
{
    static char name[32];
    static unsigned number;

    (void) snprintf(name, sizeof(name), "Test-%lld-%u",
                    (long long) test_own_pid(), number++);
    return name;
}

static const char *with(const char *name, const char *ending)
{
    static char whole[48];

    (void) snprintf(whole, sizeof(whole), "%s.%s", name, ending);
    return whole;
}

static mp_named_semaphore_t *create(const char *name, uint32_t value)
{
    mp_named_semaphore_t *semaphore = NULL;
    mp_named_semaphore_options_t options = {.exclusive = true};

    assert_int_equal(
        mp_named_semaphore_create(&semaphore, name, value, &options), 0);
    assert_non_null(semaphore);
    return semaphore;
}

// Removes the name, and closes it.
static void end(mp_named_semaphore_t *semaphore)
{
    assert_int_equal(
        mp_named_semaphore_unlink(mp_named_semaphore_name(semaphore)), 0);
    mp_named_semaphore_destroy(semaphore);
}

static void start(test_program_t *program, const char *role, const char *name)
{
    char path[4096];

    test_program_path("namer", path, sizeof(path));
    test_program_start(program, path, role, name);
}

static int call(const char *role, const char *name)
{
    test_program_t program;

    start(&program, role, name);
    return test_program_wait(&program);
}

static void kill_and_wait(test_program_t *program)
{
    test_program_kill(program);
    (void) test_program_wait(program);
}

// ---- in one process ----

static void units_are_counted(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 2);

    assert_int_equal(mp_named_semaphore_value(semaphore), 2);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, MP_FOREVER), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, -7), MP_ETIMEDOUT);
    assert_int_equal(mp_named_semaphore_release(semaphore), 0);
    assert_int_equal(mp_named_semaphore_release_many(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_release_many(semaphore, 7), 0);
    assert_int_equal(mp_named_semaphore_value(semaphore), 8);
    end(semaphore);
}

static void a_timeout_is_kept(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 0);

    int64_t before = test_now_ms();
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 300), MP_ETIMEDOUT);
    assert_true(test_now_ms() - before >= 300);
    assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    end(semaphore);
}

static void more_than_the_maximum_is_refused_whole(void)
{
    mp_named_semaphore_options_t options = {.maximum = 3};
    mp_named_semaphore_t *semaphore = NULL;
    const char *name = new_name();

    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 4, &options),
                     MP_EINVAL);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 3, &options),
                     0);
    assert_int_equal(mp_named_semaphore_release(semaphore), MP_ERANGE);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_release_many(semaphore, 2), MP_ERANGE);
    assert_int_equal(mp_named_semaphore_release_many(semaphore, UINT32_MAX),
                     MP_ERANGE);
    assert_int_equal(mp_named_semaphore_value(semaphore), 2);
    assert_int_equal(mp_named_semaphore_release(semaphore), 0);
    end(semaphore);
    semaphore = create(new_name(), MP_NAMED_SEMAPHORE_MOST);
    assert_int_equal(mp_named_semaphore_release(semaphore), MP_ERANGE);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    end(semaphore);
}

static void null_is_refused_and_so_is_what_is_closed(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 1);

    assert_int_equal(mp_named_semaphore_create(NULL, "a", 0, NULL), MP_EINVAL);
    assert_int_equal(mp_named_semaphore_open(NULL, "a"), MP_EINVAL);
    assert_int_equal(mp_named_semaphore_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_named_semaphore_release(NULL), MP_EINVAL);
    assert_int_equal(mp_named_semaphore_value(NULL), MP_EINVAL);
    assert_int_equal(mp_named_semaphore_unlink(NULL), MP_EINVAL);
    assert_null(mp_named_semaphore_name(NULL));
    mp_named_semaphore_close(NULL);
    mp_named_semaphore_destroy(NULL);
    assert_int_equal(
        mp_named_semaphore_unlink(mp_named_semaphore_name(semaphore)), 0);
    mp_named_semaphore_close(semaphore);
    mp_named_semaphore_close(semaphore);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), MP_ESTATE);
    assert_int_equal(mp_named_semaphore_release(semaphore), MP_ESTATE);
    assert_int_equal(mp_named_semaphore_value(semaphore), MP_ESTATE);
    assert_non_null(mp_named_semaphore_name(semaphore));
    mp_named_semaphore_destroy(semaphore);
}

// ---- names ----

static void a_name_is_one_that_every_system_takes(void)
{
    static const char *const wrong[] = {
        "",   ".",   "..",    ".a",    "a/b",
        "/a", "a b", "a\\b",  "a+b",   "\xc3\xa4",
        "a:", "a\n", "a%41a", "%c%n%", "1234567890123456789012345678901"};
    mp_named_semaphore_t *semaphore = NULL;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(
            mp_named_semaphore_create(&semaphore, wrong[i], 1, NULL),
            MP_EINVAL);
        assert_null(semaphore);
        assert_int_equal(mp_named_semaphore_open(&semaphore, wrong[i]),
                         MP_EINVAL);
        assert_int_equal(mp_named_semaphore_unlink(wrong[i]), MP_EINVAL);
    }
    char longest[31];
    int length = snprintf(longest, sizeof(longest), "A_b.%lld-",
                          (long long) test_own_pid());
    memset(longest + length, 'Z', sizeof(longest) - 1 - (size_t) length);
    longest[30] = '\0';
    end(create(longest, 1));
}

static void capital_letters_are_told_from_small_ones(void)
{
    char capital[32];
    char small[32];

    (void) snprintf(capital, sizeof(capital), "%s", new_name());
    (void) snprintf(small, sizeof(small), "%s", capital);
    small[0] = 't';
    mp_named_semaphore_t *first = create(capital, 1);
    mp_named_semaphore_t *second = create(small, 2);
    assert_int_equal(mp_named_semaphore_value(first), 1);
    assert_int_equal(mp_named_semaphore_value(second), 2);
    end(first);
    end(second);
}

static void a_name_is_made_found_and_removed(void)
{
    mp_named_semaphore_options_t exclusive = {.exclusive = true};
    mp_named_semaphore_t *other = NULL;
    const char *name = new_name();

    assert_int_equal(mp_named_semaphore_open(&other, name), MP_ENOENT);
    assert_int_equal(mp_named_semaphore_unlink(name), MP_ENOENT);
    mp_named_semaphore_t *semaphore = create(name, 3);
    assert_string_equal(mp_named_semaphore_name(semaphore), name);
    assert_int_equal(mp_named_semaphore_create(&other, name, 9, &exclusive),
                     MP_EEXIST);
    assert_null(other);
    assert_int_equal(mp_named_semaphore_create(&other, name, 9, NULL), 0);
    assert_int_equal(mp_named_semaphore_value(other), 3);
    assert_int_equal(mp_named_semaphore_acquire(other, 0), 0);
    mp_named_semaphore_destroy(other);
    assert_int_equal(mp_named_semaphore_open(&other, name), 0);
    assert_int_equal(mp_named_semaphore_value(other), 2);
    mp_named_semaphore_destroy(other);
    end(semaphore);
    assert_int_equal(mp_named_semaphore_open(&other, name), MP_ENOENT);
}

static void who_has_it_open_keeps_what_is_removed(void)
{
    mp_named_semaphore_t *other = NULL;
    const char *name = new_name();

    mp_named_semaphore_t *semaphore = create(name, 0);
    assert_int_equal(mp_named_semaphore_open(&other, name), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), MP_ENOENT);
    assert_int_equal(mp_named_semaphore_release(other), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    mp_named_semaphore_destroy(other);
    assert_int_equal(mp_named_semaphore_open(&other, name), MP_ENOENT);
    int r = mp_named_semaphore_create(&other, name, 8, NULL);
    if (NAMES_END_BY_THEMSELVES) {
        assert_int_equal(r, MP_EEXIST);
    } else {
        assert_int_equal(r, 0);
        assert_int_equal(mp_named_semaphore_value(other), 8);
        assert_int_equal(mp_named_semaphore_value(semaphore), 0);
        end(other);
    }
    mp_named_semaphore_destroy(semaphore);
    end(create(name, 1));
}

// ---- children ----

static mp_named_semaphore_t *inherited;

static int take_by_name(const mp_args_t *args)
{
    mp_named_semaphore_t *semaphore = NULL;

    if (mp_named_semaphore_open(&semaphore, mp_args_text(args, 0)) < 0 ||
        mp_named_semaphore_acquire(semaphore, TEST_GUARD_MS) != 0) {
        return 1;
    }
    mp_named_semaphore_destroy(semaphore);
    return 0;
}
MP_TARGET(take_by_name)

static int take_inherited(const mp_args_t *args)
{
    (void) args;
    int r = mp_named_semaphore_acquire(inherited, TEST_GUARD_MS);
    mp_named_semaphore_destroy(inherited);
    return r;
}
MP_TARGET(take_inherited)

static void a_child_opens_it_by_name(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 1);

    assert_int_equal(
        test_call(take_by_name, MP_ARGS(mp_named_semaphore_name(semaphore))),
        0);
    assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    mp_process_t *process =
        test_start(take_by_name, MP_ARGS(mp_named_semaphore_name(semaphore)));
    assert_int_equal(mp_named_semaphore_release(semaphore), 0);
    assert_int_equal(test_finish(process), 0);
    end(semaphore);
}

static void a_forked_child_has_its_parents(void)
{
    inherited = create(new_name(), 0);
    mp_process_t *process = test_start(take_inherited, MP_NO_ARGS);
    assert_int_equal(mp_named_semaphore_release(inherited), 0);
    assert_int_equal(test_finish(process), 0);
    assert_int_equal(mp_named_semaphore_value(inherited), 0);
    end(inherited);
}

// ---- unrelated programs ----

static void programs_meet_by_the_name(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 1);
    const char *name = mp_named_semaphore_name(semaphore);

    assert_int_equal(call("take", name), 7);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), MP_ETIMEDOUT);
    assert_int_equal(call("give", name), 7);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(call("nothing", "no-such-name"), 2);
    end(semaphore);
}

static void programs_exclude_each_other(void)
{
    test_program_t programs[PROGRAMS];
    mp_named_semaphore_t *semaphore = create(new_name(), 0);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *inner = create(with(name, "x"), 1);

    for (int i = 0; i < PROGRAMS; i++) {
        start(&programs[i], "exclude", name);
    }
    assert_int_equal(mp_named_semaphore_release(semaphore), 0);
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(test_program_wait(&programs[i]), 7);
    }
    assert_int_equal(mp_named_semaphore_value(semaphore), 1);
    end(inner);
    end(semaphore);
}

static void all_who_wait_are_woken_by_as_many_units(void)
{
    test_program_t programs[PROGRAMS];
    mp_named_semaphore_t *semaphore = create(new_name(), 0);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);

    for (int i = 0; i < PROGRAMS; i++) {
        start(&programs[i], "wait", name);
    }
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
    }
    assert_int_equal(mp_named_semaphore_release_many(semaphore, PROGRAMS), 0);
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(test_program_wait(&programs[i]), 7);
    }
    assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    end(ready);
    end(semaphore);
}

// Back and forth. Without wakes, who sleeps would look again after 250 ms.
static mp_named_semaphore_t *there;
static mp_named_semaphore_t *back;
static int slow_turns;

static void play(int number)
{
    for (int i = 0; i < TURNS; i++) {
        mp_named_semaphore_t *mine = number == 0 ? there : back;
        mp_named_semaphore_t *yours = number == 0 ? back : there;
        int64_t before = test_now_ms();
        (void) mp_named_semaphore_acquire(mine, TEST_GUARD_MS);
        test_use_processor(2); // so that the other one falls asleep
        (void) mp_named_semaphore_release(yours);
        if (number == 0 && test_now_ms() - before > 100) {
            slow_turns++;
        }
    }
}

static void sleepers_are_woken_and_do_not_only_look(void)
{
    slow_turns = 0;
    there = create(new_name(), 1);
    back = create(new_name(), 0);
    test_run_threads(2, play);
    assert_in_range(slow_turns, 0, TURNS / 2);
    end(there);
    end(back);
}

// ---- death ----

static void a_dead_holder_costs_its_unit_and_no_more(void)
{
    test_program_t program;
    mp_named_semaphore_t *semaphore = create(new_name(), 2);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);
    mp_named_semaphore_t *never = create(with(name, "never"), 0);

    start(&program, "hold", name);
    assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
    kill_and_wait(&program);
    assert_int_equal(mp_named_semaphore_value(semaphore), 1);
    assert_int_equal(mp_named_semaphore_release(semaphore), 0);
    assert_int_equal(call("take", name), 7);
    assert_int_equal(call("take", name), 7);
    end(never);
    end(ready);
    end(semaphore);
}

static void a_dead_waiter_takes_no_wake_with_it(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 0);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);

    for (int i = 0; i < ROUNDS / 4; i++) {
        test_program_t programs[2];
        start(&programs[0], "wait", name);
        start(&programs[1], "wait", name);
        assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
        assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
        kill_and_wait(&programs[i % 2]);
        assert_int_equal(mp_named_semaphore_release(semaphore), 0);
        assert_int_equal(test_program_wait(&programs[1 - i % 2]), 7);
        assert_int_equal(mp_named_semaphore_value(semaphore), 0);
    }
    end(ready);
    end(semaphore);
}

// Each can take one unit with it. The others go on, and count right.
static void whoever_is_killed_leaves_the_count_whole(void)
{
    test_program_t programs[PROGRAMS];
    mp_named_semaphore_t *semaphore = create(new_name(), 2);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);
    int64_t units = 2;

    for (int round = 0; round < ROUNDS / 4; round++) {
        for (int i = 0; i < PROGRAMS; i++) {
            start(&programs[i], "turn", name);
        }
        for (int i = 0; i < PROGRAMS; i++) {
            assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS),
                             0);
        }
        for (int i = 0; i < PROGRAMS; i++) {
            test_use_processor(1);
            kill_and_wait(&programs[i]);
        }
        int64_t left = mp_named_semaphore_value(semaphore);
        assert_in_range(left, 0, 2);
        while (left++ < units) {
            assert_int_equal(mp_named_semaphore_release(semaphore), 0);
        }
        assert_int_equal(mp_named_semaphore_value(semaphore), units);
    }
    end(ready);
    end(semaphore);
}

static void whoever_is_killed_while_it_makes_one_blocks_no_name(void)
{
    mp_named_semaphore_t *semaphore = create(new_name(), 0);
    const char *name = mp_named_semaphore_name(semaphore);
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);
    char other[48];

    (void) snprintf(other, sizeof(other), "%s", with(name, "m"));
    for (int i = 0; i < ROUNDS; i++) {
        mp_named_semaphore_t *made = NULL;
        test_program_t program;
        start(&program, "make", name);
        assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
        test_use_processor(i % 3);
        kill_and_wait(&program);
        assert_int_equal(mp_named_semaphore_create(&made, other, 5, NULL), 0);
        assert_int_equal(mp_named_semaphore_value(made), 5);
        end(made);
        assert_int_equal(mp_named_semaphore_open(&made, other), MP_ENOENT);
    }
    end(ready);
    end(semaphore);
}

// ---- sweeping ----

static bool exists(const char *name)
{
    mp_named_semaphore_t *semaphore = NULL;

    int r = mp_named_semaphore_open(&semaphore, name);
    mp_named_semaphore_destroy(semaphore);
    assert_true(r == 0 || r == MP_ENOENT);
    return r == 0;
}

// Other programs of this user's may sweep at the same time.
static void what_nobody_has_open_is_swept_and_counted(void)
{
    const char *name = new_name();
    int removed = 0;

    for (int i = 0; i < 100 && removed == 0; i++) {
        mp_named_semaphore_destroy(create(name, 1));
        assert_int_equal(mp_named_semaphore_sweep(&removed), 0);
        assert_false(exists(name));
        if (NAMES_END_BY_THEMSELVES) {
            assert_int_equal(removed, 0);
            return;
        }
    }
    assert_true(removed > 0);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
}

static void what_somebody_has_open_is_not_swept(void)
{
    test_program_t program;
    mp_named_semaphore_t *semaphore = create(new_name(), 1);
    char name[32];

    (void) snprintf(name, sizeof(name), "%s",
                    mp_named_semaphore_name(semaphore));
    mp_named_semaphore_t *ready = create(with(name, "r"), 0);
    mp_named_semaphore_t *never = create(with(name, "never"), 0);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_true(exists(name));
    start(&program, "hold", name);
    assert_int_equal(mp_named_semaphore_acquire(ready, TEST_GUARD_MS), 0);
    mp_named_semaphore_destroy(semaphore);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_true(exists(name));
    kill_and_wait(&program);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_false(exists(name));
    end(never);
    end(ready);
}

static int keep_open(const mp_args_t *args)
{
    return test_wait_at_gate(args);
}
MP_TARGET(keep_open)

static void what_a_forked_child_has_open_is_not_swept(void)
{
    test_gate_t gate;
    char name[32];

    (void) snprintf(name, sizeof(name), "%s", new_name());
    test_gate_create(&gate);
    inherited = create(name, 1);
    mp_process_t *process = test_start(keep_open, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    mp_named_semaphore_destroy(inherited);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_true(exists(name));
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_false(exists(name));
    test_gate_destroy(&gate);
}

static void what_is_persistent_is_not_swept(void)
{
    mp_named_semaphore_options_t options = {.persistent = true};
    mp_named_semaphore_t *semaphore = NULL;
    const char *name = new_name();

    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 6, &options),
                     0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    mp_named_semaphore_destroy(semaphore);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    if (NAMES_END_BY_THEMSELVES) {
        assert_false(exists(name));
        return;
    }
    assert_int_equal(mp_named_semaphore_open(&semaphore, name), 0);
    assert_int_equal(mp_named_semaphore_value(semaphore), 5);
    end(semaphore);
}

static const struct test tests[] = {
    {"units are counted", units_are_counted, TEST_ONCE},
    {"a timeout is kept", a_timeout_is_kept, TEST_ONCE},
    {"more than the maximum is refused, whole",
     more_than_the_maximum_is_refused_whole, TEST_ONCE},
    {"NULL is refused, and so is what is closed",
     null_is_refused_and_so_is_what_is_closed, TEST_ONCE},
    {"a name is one that every system takes",
     a_name_is_one_that_every_system_takes, TEST_ONCE},
    {"capital letters are told from small ones",
     capital_letters_are_told_from_small_ones, TEST_ONCE},
    {"a name is made, found and removed", a_name_is_made_found_and_removed,
     TEST_ONCE},
    {"who has it open keeps what is removed",
     who_has_it_open_keeps_what_is_removed, TEST_ONCE},
    {"a child opens it by name", a_child_opens_it_by_name, TEST_ALL},
    {"a forked child has its parent's", a_forked_child_has_its_parents,
     TEST_FORK},
    {"programs meet by the name", programs_meet_by_the_name, TEST_ONCE},
    {"programs exclude each other", programs_exclude_each_other, TEST_ONCE},
    {"all who wait are woken by as many units",
     all_who_wait_are_woken_by_as_many_units, TEST_ONCE},
    {"sleepers are woken, and do not only look",
     sleepers_are_woken_and_do_not_only_look, TEST_ONCE},
    {"a dead holder costs its unit and no more",
     a_dead_holder_costs_its_unit_and_no_more, TEST_ONCE},
    {"a dead waiter takes no wake with it", a_dead_waiter_takes_no_wake_with_it,
     TEST_ONCE},
    {"whoever is killed leaves the count whole",
     whoever_is_killed_leaves_the_count_whole, TEST_ONCE},
    {"whoever is killed while it makes one blocks no name",
     whoever_is_killed_while_it_makes_one_blocks_no_name, TEST_ONCE},
    {"what nobody has open is swept and counted",
     what_nobody_has_open_is_swept_and_counted, TEST_ONCE},
    {"what somebody has open is not swept", what_somebody_has_open_is_not_swept,
     TEST_ONCE},
    {"what a forked child has open is not swept",
     what_a_forked_child_has_open_is_not_swept, TEST_FORK},
    {"what is persistent is not swept", what_is_persistent_is_not_swept,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("named semaphore", tests, sizeof(tests) / sizeof(tests[0]));
}
