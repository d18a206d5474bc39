// SPDX-License-Identifier: Apache-2.0
// Finalizers: when they run, whose they are, and who may call them.
#include "tests/notes.h"

#include <stdio.h>
#include <string.h>

#define MANY 200
#define THREADS 4

// ---- order ----

static int register_some(const mp_args_t *args)
{
    test_keep_notes(args);
    if (test_add('d', 0) < 0 || test_add('h', -7) < 0 ||
        test_add('a', 90) < 0 || test_add('c', 0) < 0 ||
        test_add('f', -1) < 0 || test_add('b', 1) < 0 ||
        mp_at_exit(test_note, test_letter('e')) < 0) {
        return mp_failure(9, "%s", mp_last_error()->message);
    }
    return test_leave(args, 5);
}
MP_TARGET(register_some)

static void order_when_the_target_returns(void)
{
    test_expect_end(register_some, "return", 5, "abecdfh");
}

static void order_when_mp_exit_is_called(void)
{
    test_expect_end(register_some, "mp_exit", 5, "abecdfh");
}

static void order_when_exit_is_called(void)
{
    test_expect_end(register_some, "exit", 5, "abecdfh");
}

static int note_below(const mp_args_t *args)
{
    test_keep_notes(args);
    if (test_gate_pass(mp_args_text(args, 1)) != 0) {
        return 1;
    }
    test_note(test_letter('g'));
    return 0;
}
MP_TARGET(note_below)

static char arrive_at[300];

static void arrive(void *unused)
{
    (void) unused;
    (void) test_gate_arrive(arrive_at);
}

static int leave_one_below(const mp_args_t *args)
{
    mp_process_t *below = NULL;

    test_keep_notes(args);
    (void) snprintf(arrive_at, sizeof(arrive_at), "%s", mp_args_text(args, 3));
    int r = test_start_below(&below, mp_args_text(args, 1), MP_NO, note_below,
                             MP_ARGS(test_notes, mp_args_text(args, 2)));
    if (r < 0 || test_add_run(arrive, NULL, 0) < 0 || test_add('a', 1) < 0 ||
        test_add('z', -1) < 0) {
        return mp_failure(9, "%s", mp_last_error()->message);
    }
    mp_process_destroy(below);
    return 0;
}
MP_TARGET(leave_one_below)

static void negative_ones_run_behind_the_join(void)
{
    test_gate_t below;
    test_gate_t ending;

    test_gate_create(&below);
    test_gate_create(&ending);
    test_make_file(test_notes, sizeof(test_notes));
    mp_process_t *process =
        test_start(leave_one_below,
                   MP_ARGS(test_notes, test_method(), below.name, ending.name));
    test_gate_await(&below, 1);
    test_gate_await(&ending, 1); // a finalizer says so
    test_expect_notes("a");
    test_gate_release(&below, 1);
    assert_int_equal(test_finish(process), 0);
    test_expect_notes("agz");
    test_remove_file(test_notes);
    test_gate_destroy(&below);
    test_gate_destroy(&ending);
}

static mp_process_t *daemon_below;

static void note_daemon(void *unused)
{
    (void) unused;
    test_note(test_letter(mp_process_is_alive(daemon_below) == 1 ? 'r' : 'e'));
}

static int leave_a_daemon(const mp_args_t *args)
{
    test_keep_notes(args);
    int r =
        test_start_below(&daemon_below, mp_args_text(args, 1), MP_YES,
                         test_wait_at_gate, MP_ARGS(mp_args_text(args, 2), 0));
    if (r < 0 || test_add_run(note_daemon, NULL, 0) < 0 ||
        test_add_run(note_daemon, NULL, -1) < 0) {
        return mp_failure(9, "%s", mp_last_error()->message);
    }
    return 0;
}
MP_TARGET(leave_a_daemon)

static void daemons_end_between_both_kinds(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    test_make_file(test_notes, sizeof(test_notes));
    assert_int_equal(test_call(leave_a_daemon,
                               MP_ARGS(test_notes, test_method(), gate.name)),
                     0);
    test_expect_notes("re");
    test_remove_file(test_notes);
    test_gate_destroy(&gate);
}

// ---- whose they are ----

static mp_finalizer_t *of_the_parent;

static int try_the_parents(const mp_args_t *args)
{
    test_keep_notes(args);
    bool forked =
        of_the_parent != NULL && strcmp(mp_args_text(args, 2), "fork") == 0;
    if (forked && (mp_finalizer_is_active(of_the_parent) ||
                   mp_finalizer_call(of_the_parent) != MP_ESTATE ||
                   mp_finalizer_cancel(of_the_parent) != MP_ESTATE)) {
        return 1;
    }
    if (forked) {
        mp_finalizer_destroy(of_the_parent);
    }
    return test_add('c', 0) < 0 ? 2 : test_leave(args, 0);
}
MP_TARGET(try_the_parents)

static void child_runs_its_own_only(void)
{
    test_make_file(test_notes, sizeof(test_notes));
    assert_int_equal(
        mp_finalize(&of_the_parent, test_note, test_letter('p'), NULL), 0);
    assert_int_equal(test_call(try_the_parents,
                               MP_ARGS(test_notes, "return", test_method())),
                     0);
    test_expect_notes("c");
    assert_int_equal(test_call(try_the_parents,
                               MP_ARGS(test_notes, "mp_exit", test_method())),
                     0);
    test_expect_notes("cc");
    assert_true(mp_finalizer_is_active(of_the_parent));
    assert_int_equal(mp_finalizer_call(of_the_parent), 0);
    test_expect_notes("ccp");
    mp_finalizer_destroy(of_the_parent);
    of_the_parent = NULL;
    test_remove_file(test_notes);
}

static int register_and_wait(const mp_args_t *args)
{
    test_keep_notes(args);
    return test_add('a', 0) < 0 ? 1 : test_gate_pass(mp_args_text(args, 1));
}
MP_TARGET(register_and_wait)

static void killed_child_runs_none(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    test_make_file(test_notes, sizeof(test_notes));
    for (int i = 0; i < 2; i++) {
        mp_process_t *process =
            test_start(register_and_wait, MP_ARGS(test_notes, gate.name));
        test_gate_await(&gate, 1);
        assert_int_equal(i == 0 ? mp_process_kill(process)
                                : mp_process_terminate(process),
                         0);
        assert_int_equal(test_finish(process), i == 0 ? -9 : -15);
    }
    test_expect_notes("");
    test_remove_file(test_notes);
    test_gate_destroy(&gate);
}

// ---- handles ----

static int calls;

static void count_call(void *times)
{
    calls++;
    *(int *) times += 1;
}

static void called_once_and_not_again(void)
{
    mp_finalizer_t *finalizer = NULL;
    int times = 0;

    assert_int_equal(mp_finalize(&finalizer, count_call, &times, NULL), 0);
    assert_true(mp_finalizer_is_active(finalizer));
    assert_int_equal(mp_finalizer_call(finalizer), 0);
    assert_int_equal(times, 1);
    assert_false(mp_finalizer_is_active(finalizer));
    assert_int_equal(mp_finalizer_call(finalizer), MP_ESTATE);
    assert_int_equal(mp_finalizer_cancel(finalizer), MP_ESTATE);
    assert_int_equal(mp_shutdown(0), 0);
    assert_int_equal(times, 1);
    mp_finalizer_destroy(finalizer);
}

static void cancelled_is_never_called(void)
{
    mp_finalizer_t *finalizer = NULL;
    int times = 0;

    assert_int_equal(mp_finalize(&finalizer, count_call, &times, NULL), 0);
    assert_int_equal(mp_finalizer_cancel(finalizer), 0);
    assert_false(mp_finalizer_is_active(finalizer));
    assert_int_equal(mp_finalizer_cancel(finalizer), MP_ESTATE);
    assert_int_equal(mp_finalizer_call(finalizer), MP_ESTATE);
    assert_int_equal(mp_shutdown(0), 0);
    assert_int_equal(times, 0);
    mp_finalizer_destroy(finalizer);
}

static void released_handle_leaves_it_active(void)
{
    mp_finalizer_t *finalizer = NULL;
    int times = 0;

    assert_int_equal(mp_finalize(&finalizer, count_call, &times, NULL), 0);
    mp_finalizer_destroy(finalizer);
    assert_int_equal(mp_shutdown(0), 0);
    assert_int_equal(times, 1);
}

static void wrong_arguments_are_refused(void)
{
    mp_finalizer_t *finalizer = test_letter('a');
    struct {
        mp_finalize_options_t options;
        int newer[4];
    } larger = {{0}, {0, 0, 1, 0}};

    assert_int_equal(mp_finalize(&finalizer, NULL, NULL, NULL), MP_EINVAL);
    assert_null(finalizer);
    assert_int_equal(mp_finalize_sized(&finalizer, count_call, NULL,
                                       &larger.options, sizeof(larger)),
                     MP_ENOTSUP);
    assert_int_equal(mp_at_exit(NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_finalizer_call(NULL), MP_EINVAL);
    assert_int_equal(mp_finalizer_cancel(NULL), MP_EINVAL);
    assert_false(mp_finalizer_is_active(NULL));
    mp_finalizer_destroy(NULL);
}

static mp_finalizer_t *shared[MANY];
static int runs[THREADS];
static int cancels[THREADS];

static _Thread_local int this_thread;

static void count_in_thread(void *unused)
{
    (void) unused;
    runs[this_thread]++;
}

static void use_shared(int number)
{
    mp_finalizer_t *own = NULL;

    this_thread = number;
    for (int i = 0; i < MANY; i++) {
        if ((i + number) % 2 == 0) {
            (void) mp_finalizer_call(shared[i]);
        } else {
            cancels[number] += mp_finalizer_cancel(shared[i]) == 0;
        }
        if (mp_finalize(&own, count_in_thread, NULL, NULL) == 0) {
            cancels[number] += mp_finalizer_cancel(own) == 0;
            mp_finalizer_destroy(own);
        }
    }
}

static void threads_share_finalizers(void)
{
    int sum = 0;

    for (int i = 0; i < MANY; i++) {
        const mp_finalize_options_t options = {.priority = i % 5};
        assert_int_equal(
            mp_finalize(&shared[i], count_in_thread, NULL, &options), 0);
    }
    test_run_threads(THREADS, use_shared);
    for (int i = 0; i < THREADS; i++) {
        sum += runs[i] + cancels[i];
    }
    assert_int_equal(sum, MANY + THREADS * MANY);
    for (int i = 0; i < MANY; i++) {
        assert_false(mp_finalizer_is_active(shared[i]));
        mp_finalizer_destroy(shared[i]);
    }
}

static const struct test tests[] = {
    {"finalizers run by priority, then the last registered first",
     order_when_the_target_returns, TEST_ALL},
    {"mp_exit runs the finalizers", order_when_mp_exit_is_called, TEST_ALL},
    {"exit runs the finalizers of a child", order_when_exit_is_called,
     TEST_PROCESSES},
    {"finalizers below 0 run when the children have been joined",
     negative_ones_run_behind_the_join, TEST_ALL},
    {"daemons end behind the finalizers of 0, before those below",
     daemons_end_between_both_kinds, TEST_PROCESSES},
    {"a child runs its own finalizers and not its parent's",
     child_runs_its_own_only, TEST_ALL},
    {"a killed child runs no finalizers", killed_child_runs_none,
     TEST_PROCESSES},
    {"a finalizer that was called is not called again",
     called_once_and_not_again, TEST_ONCE},
    {"a cancelled finalizer is never called", cancelled_is_never_called,
     TEST_ONCE},
    {"a finalizer stays active without its handle",
     released_handle_leaves_it_active, TEST_ONCE},
    {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
    {"of several threads one calls or cancels a finalizer",
     threads_share_finalizers, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("finalizers", tests, sizeof(tests) / sizeof(tests[0]));
}
