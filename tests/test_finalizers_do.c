// SPDX-License-Identifier: Apache-2.0
// What a finalizer may do: register others, leave, jump, start, hang, fail.
#include "tests/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mp_finalizer_t *victim;

static void change_others(void *unused)
{
    (void) unused;
    if (mp_finalizer_cancel(victim) == 0 && test_add('b', 0) == 0 &&
        test_add('a', 3) == 0 && test_add('e', -2) == 0) {
        test_note(test_letter('o'));
    }
    mp_finalizer_destroy(victim);
}

static int let_them_change(const mp_args_t *args)
{
    test_keep_notes(args);
    if (mp_finalize(&victim, test_note, test_letter('v'), NULL) < 0 ||
        test_add('c', 0) < 0 || test_add_run(change_others, NULL, 5) < 0 ||
        test_add('d', -1) < 0) {
        return 1;
    }
    return test_leave(args, 0);
}
MP_TARGET(let_them_change)

static void finalizer_registers_and_cancels(void)
{
    test_expect_end(let_them_change, "return", 0, "oabcde");
    test_expect_end(let_them_change, "mp_exit", 0, "oabcde");
}

static void register_again(void *unused)
{
    (void) test_add_run(register_again, unused, 0);
}

static void exit_again(void *unused)
{
    (void) test_add_run(exit_again, unused, 0);
    mp_exit(6);
}

static int register_without_end(const mp_args_t *args)
{
    bool exits = strcmp(mp_args_text(args, 1), "mp_exit") == 0;

    test_keep_notes(args);
    if (test_add('z', -1) < 0 ||
        test_add_run(exits ? exit_again : register_again, NULL, 0) < 0) {
        return 1;
    }
    return test_leave(args, 6);
}
MP_TARGET(register_without_end)

static void registering_without_end_has_one(void)
{
    test_expect_end(register_without_end, "return", 6, "z");
    test_expect_end(register_without_end, "mp_exit", 6, "z");
}

static void call_mp_exit(void *code)
{
    mp_exit(*(int *) code);
}

static void call_exit(void *code)
{
    exit(*(int *) code);
}

static int leave_from_finalizers(const mp_args_t *args)
{
    static int codes[] = {3, 7, 8};
    bool by_exit = strcmp(mp_args_text(args, 2), "exit") == 0;
    void (*run)(void *) = by_exit ? call_exit : call_mp_exit;

    test_keep_notes(args);
    if (test_add('a', 5) < 0 || test_add_run(run, &codes[0], 4) < 0 ||
        test_add('b', 3) < 0 || test_add_run(run, &codes[1], 2) < 0 ||
        test_add('c', 0) < 0 || test_add_run(run, &codes[2], -1) < 0 ||
        test_add('d', -2) < 0) {
        return 1;
    }
    return test_leave(args, 2);
}
MP_TARGET(leave_from_finalizers)

static void expect_leaving(const char *how, const char *finalizer, int code)
{
    test_make_file(test_notes, sizeof(test_notes));
    assert_int_equal(
        test_call(leave_from_finalizers, MP_ARGS(test_notes, how, finalizer)),
        code);
    test_expect_notes("abcd");
    test_remove_file(test_notes);
}

static void mp_exit_of_a_finalizer_sets_the_code(void)
{
    expect_leaving("return", "mp_exit", 8);
    expect_leaving("mp_exit", "mp_exit", 8);
}

// Where exit() calls them, the code is what the system makes of it.
static void exit_of_a_finalizer_ends_the_process(void)
{
    expect_leaving("return", "exit", 8);
    expect_leaving("mp_exit", "exit", 8);
}

static jmp_buf place;

static void jump(void *unused)
{
    (void) unused;
    longjmp(place, 1);
}

static int let_it_jump(const mp_args_t *args)
{
    test_keep_notes(args);
    if (setjmp(place) == 0) {
        if (test_add('a', 2) < 0 || test_add_run(jump, NULL, 1) < 0 ||
            test_add('c', 0) < 0) {
            return 1;
        }
        if (strcmp(mp_args_text(args, 1), "mp_exit") == 0) {
            mp_exit(2);
        }
        return mp_shutdown(0) == 0 ? 2 : 3;
    }
    return test_add('b', 1) < 0 ? 4 : 7;
}
MP_TARGET(let_it_jump)

static void end_that_was_jumped_out_of_is_taken_up(void)
{
    test_expect_end(let_it_jump, "mp_exit", 7, "abc");
}

static void shutdown_that_was_jumped_out_of_is_taken_up(void)
{
    test_expect_end(let_it_jump, "mp_shutdown", 7, "abc");
}

static int note_once(const mp_args_t *args)
{
    test_keep_notes(args);
    test_note(test_letter('n'));
    return 0;
}
MP_TARGET(note_once)

static const char *method_below(const char *given)
{
    static char method[20];
    if (given != NULL) {
        (void) snprintf(method, sizeof(method), "%s", given);
    }
    return method;
}

static void start_one(void *unused)
{
    mp_process_t *below = NULL;

    (void) unused;
    if (test_start_below(&below, method_below(NULL), MP_NO, note_once,
                         MP_ARGS(test_notes)) < 0) {
        test_note(test_letter('x'));
    }
    mp_process_destroy(below); // the end joins it
}

static int start_from_finalizers(const mp_args_t *args)
{
    test_keep_notes(args);
    (void) method_below(mp_args_text(args, 2));
    return test_add_run(start_one, NULL, 0) < 0 || test_add('a', -1) < 0 ||
                   test_add_run(start_one, NULL, -2) < 0
               ? 1
               : test_leave(args, 0);
}
MP_TARGET(start_from_finalizers)

static void finalizer_starts_processes(void)
{
    test_expect_end(start_from_finalizers, "return", 0, "nan");
    test_expect_end(start_from_finalizers, "mp_exit", 0, "nan");
}

static char hang_at[300];

static void hang(void *unused)
{
    (void) unused;
    (void) test_gate_pass(hang_at);
}

static int hang_at_the_end(const mp_args_t *args)
{
    (void) snprintf(hang_at, sizeof(hang_at), "%s", mp_args_text(args, 0));
    return test_add_run(hang, NULL, 0) < 0 ? 1 : 4;
}
MP_TARGET(hang_at_the_end)

static void hanging_finalizer_holds_up_its_own_end_only(void)
{
    test_gate_t gate;
    mp_finalizer_t *other = NULL;

    test_gate_create(&gate);
    mp_process_t *process = test_start(hang_at_the_end, MP_ARGS(gate.name));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_is_alive(process), 1);
    assert_int_equal(mp_finalize(&other, hang, NULL, NULL), 0);
    assert_int_equal(mp_finalizer_cancel(other), 0);
    mp_finalizer_destroy(other);
    test_stop(process, &gate);
    assert_int_equal(mp_process_exitcode(process),
                     test_method_is("thread") ? 4 : -9);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static void fail_at_the_end(void *unused)
{
    (void) unused;
    (void) mp_failure(0, "said by a finalizer");
}

static int fail_late(const mp_args_t *args)
{
    (void) args;
    return test_add_run(fail_at_the_end, NULL, -1);
}
MP_TARGET(fail_late)

static void failure_is_told_behind_all_of_them(void)
{
    char answer[100];

    test_ask(fail_late, NULL, answer, sizeof(answer));
    assert_string_equal(answer, "said by a finalizer");
}

static const struct test tests[] = {
    {"a finalizer may register and cancel others",
     finalizer_registers_and_cancels, TEST_ALL},
    {"finalizers that register others without end come to one",
     registering_without_end_has_one, TEST_ALL},
    {"mp_exit in a finalizer ends it alone and sets the exit code",
     mp_exit_of_a_finalizer_sets_the_code, TEST_ALL},
    {"exit in a finalizer leaves none of the others out",
     exit_of_a_finalizer_ends_the_process, TEST_PROCESSES},
    {"an end that a finalizer jumped out of is taken up by the next",
     end_that_was_jumped_out_of_is_taken_up, TEST_PROCESSES},
    {"a shutdown that a finalizer jumped out of is taken up by the end",
     shutdown_that_was_jumped_out_of_is_taken_up, TEST_ALL},
    {"a finalizer may start processes", finalizer_starts_processes, TEST_ALL},
    {"a finalizer that hangs holds up its own end only",
     hanging_finalizer_holds_up_its_own_end_only, TEST_ALL},
    {"what a finalizer says with mp_failure reaches the parent",
     failure_is_told_behind_all_of_them, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("what finalizers do", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
