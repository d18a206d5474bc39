// SPDX-License-Identifier: Apache-2.0
// A child is ended with all that it started: the library's children, and
// programs that do not know it (programs/brood.c).
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 300

// POSIX alone tells nothing of a process's children, but a detached child leads
// a group, which can be signalled.
#ifdef MP_TEST_PORTABLE
#define ONLY_GROUPS true
#else
#define ONLY_GROUPS false
#endif

static char notes[300];
static char brood[600];

// ---- in the children ----

static int note_own_pid(void)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (file == NULL) {
        return -1;
    }
    (void) fprintf(file, "%lld\n", (long long) test_own_pid());
    return fclose(file);
}

// Gate; program; its letters, "" for none; the method of a child of its own
// that does the same with the letter d, "" for none; whether it stays.
static int lead(const mp_args_t *args)
{
    const char *gate = mp_args_text(args, 0);
    const char *program = mp_args_text(args, 1);
    const char *how = mp_args_text(args, 2);
    const char *method = mp_args_text(args, 3);
    mp_process_t *below = NULL;

    if (note_own_pid() != 0 ||
        (how[0] != '\0' && test_program_leave(program, gate, how) != 0)) {
        return mp_failure(1, "the program was not started");
    }
    if (method[0] != '\0' &&
        test_start_below(&below, method, MP_NO, lead,
                         MP_ARGS(gate, program, "d", "", 1)) < 0) {
        return mp_failure(2, "%s", mp_last_error()->message);
    }
    if (mp_args_int(args, 4) == 0) {
        return test_gate_arrive(gate);
    }
    return test_gate_pass(gate) == 0 ? 0 : 3;
}
MP_TARGET(lead)

// ---- what they noted ----

static void begin(test_gate_t *gate)
{
    test_gate_create(gate);
    test_make_file(notes, sizeof(notes));
    test_set_variable("MP_TEST_FILE", notes);
    test_program_path("brood", brood, sizeof(brood));
}

static void finish(test_gate_t *gate)
{
    test_set_variable("MP_TEST_FILE", NULL);
    test_remove_file(notes);
    test_gate_destroy(gate);
}

// The pids in their order; *marks: how many lines are "t".
static int read_notes(int64_t pids[MANY], int *marks)
{
    FILE *file = fopen(notes, "rb");
    char line[50];
    int count = 0;

    assert_non_null(file);
    *marks = 0;
    while (fgets(line, sizeof(line), file) != NULL && count < MANY) {
        if (line[0] == 't') {
            *marks += 1;
        } else {
            pids[count++] = strtoll(line, NULL, 10);
        }
    }
    (void) fclose(file);
    return count;
}

static void expect_end(int64_t pid)
{
    int64_t deadline = test_now_ms() + TEST_GUARD_MS / 2;

    while (test_process_exists(pid) && test_now_ms() < deadline) {
    }
    assert_false(test_process_exists(pid));
}

// All that were ever started, which are so many at least.
static int expect_all_ended(int least)
{
    int64_t pids[MANY];
    int marks = 0;
    int count = read_notes(pids, &marks);

    assert_in_range(count, least, MANY);
    for (int i = 0; i < count; i++) {
        expect_end(pids[i]);
    }
    assert_int_equal(read_notes(pids, &marks), count); // nobody came later
    return marks;
}

static mp_process_t *start_lead(const test_gate_t *gate, const char *how,
                                const char *below, bool detached)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.detached = detached;
    assert_int_equal(
        mp_process_create(&process, lead,
                          MP_ARGS(gate->name, brood, how, below, 1), &options),
        0);
    assert_int_equal(mp_process_start(process), 0);
    return process;
}

static void kill_and_join(mp_process_t *process)
{
    int detail = 0;

    assert_int_equal(mp_process_kill_tree(process), 0);
    test_join(process);
    assert_int_equal(mp_process_exit_cause(process, &detail), MP_EXIT_KILLED);
    assert_int_equal(detail, 9);
    assert_int_equal(test_finish(process), -9);
}

// ---- the tests ----

// A line of three programs, and a child of the library's with one of two.
static void kill_whole_tree(const char *below, bool detached)
{
    test_gate_t gate;

    begin(&gate);
    mp_process_t *process = start_lead(&gate, "dd", below, detached);
    test_gate_await(&gate, 7);
    kill_and_join(process);
    (void) expect_all_ended(7);
    finish(&gate);
}

static void tree_is_killed(void)
{
    const char *const *methods = mp_get_all_start_methods();

    for (size_t i = 0; methods[i] != NULL; i++) {
        if (strcmp(methods[i], "thread") != 0) {
            kill_whole_tree(methods[i], true);
            if (!ONLY_GROUPS) {
                kill_whole_tree(methods[i], false);
            }
        }
    }
}

// Those that handle the signal do so; on Windows there is none.
static void tree_is_terminated(void)
{
    test_gate_t gate;

    begin(&gate);
    mp_process_t *process = start_lead(&gate, "tdtdt", "", ONLY_GROUPS);
    test_gate_await(&gate, 4);
    assert_int_equal(mp_process_terminate_tree(process), 0);
    test_join(process);
    assert_int_equal(mp_process_exit_cause(process, NULL), MP_EXIT_TERMINATED);
    assert_int_equal(test_finish(process), -15);
    int marks = expect_all_ended(4);
#ifdef _WIN32
    assert_int_equal(marks, 0);
#else
    assert_int_equal(marks, 3);
#endif
    finish(&gate);
}

// Waits until those in between are gone, and there is the last one.
static void orphans_are_reached_in(const char *how, bool detached)
{
    int64_t pids[MANY];
    int marks = 0;
    test_gate_t gate;
    int stay = how[0] == 's' ? 3 : 2; // the child, the last, and a leader

    begin(&gate);
    mp_process_t *process = start_lead(&gate, how, "", detached);
    test_gate_await(&gate, stay);
    assert_int_equal(read_notes(pids, &marks), 4);
    expect_end(pids[2]); // the parent of the last
    kill_and_join(process);
    (void) expect_all_ended(4);
    finish(&gate);
}

static void orphans_are_reached(void)
{
    orphans_are_reached_in("oo", true);
    if (!ONLY_GROUPS) {
        orphans_are_reached_in("sdo", false);
    }
#ifdef _WIN32
    orphans_are_reached_in("oo", false);
#endif
}

static void endless_starting_is_ended(void)
{
    test_gate_t gate;

    begin(&gate);
    mp_process_t *process = start_lead(&gate, "df", "", ONLY_GROUPS);
    test_gate_await(&gate, 5);
    kill_and_join(process);
    (void) expect_all_ended(5);
    finish(&gate);
}

static void nobody_else_is_signalled(void)
{
    int64_t pids[MANY];
    int marks = 0;
    test_gate_t gate;
    test_gate_t others;
    test_program_t program;

    begin(&others);
    mp_process_t *sibling = start_lead(&others, "d", "", false);
    test_program_start(&program, brood, others.name, NULL);
    test_gate_await(&others, 4);
    int count = read_notes(pids, &marks);
    assert_int_equal(count, 4);
    test_gate_create(&gate);
    mp_process_t *process = start_lead(&gate, "d", "", true);
    test_gate_await(&gate, 3);
    kill_and_join(process);
    for (int i = 0; i < count; i++) {
        assert_true(test_process_exists(pids[i]));
    }
    test_gate_release(&others, 4);
    assert_int_equal(test_program_wait(&program), 0);
    assert_int_equal(test_finish(sibling), 0);
    (void) expect_all_ended(7);
    test_gate_destroy(&gate);
    finish(&others);
}

// Windows keeps the job; elsewhere nothing tells any more whose they were.
static void after_its_end_there_is_a_job_or_nothing(void)
{
    int64_t pids[MANY];
    int marks = 0;
    test_gate_t gate;

    begin(&gate);
    mp_process_t *process =
        test_start(lead, MP_ARGS(gate.name, brood, "d", "", 0));
    test_gate_await(&gate, 3);
    test_join(process);
    assert_int_equal(read_notes(pids, &marks), 3);
    assert_int_equal(mp_process_kill_tree(process), 0);
    assert_int_equal(mp_process_exit_cause(process, NULL), MP_EXIT_RETURNED);
#ifndef _WIN32
    assert_true(test_process_exists(pids[1]));
    assert_true(test_process_exists(pids[2]));
    test_gate_release(&gate, 2);
#endif
    (void) expect_all_ended(3);
    assert_int_equal(test_finish(process), 0);
    finish(&gate);
}

static mp_process_t *shared;
static int results[3];

static void join_or_kill(int number)
{
    results[number] = number == 0 ? mp_process_kill_tree(shared)
                                  : mp_process_join(shared, TEST_GUARD_MS);
}

static void others_may_join_meanwhile(void)
{
    test_gate_t gate;

    begin(&gate);
    shared = start_lead(&gate, "dd", "", true);
    test_gate_await(&gate, 4);
    test_run_threads(3, join_or_kill);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(results[i], 0);
    }
    assert_int_equal(mp_process_exit_cause(shared, NULL), MP_EXIT_KILLED);
    assert_int_equal(test_finish(shared), -9);
    (void) expect_all_ended(4);
    finish(&gate);
}

static void states_are_checked(void)
{
    test_gate_t gate;
    bool thread = test_method_is("thread");

    assert_int_equal(mp_process_kill_tree(NULL), MP_EINVAL);
    assert_int_equal(mp_process_terminate_tree(NULL), MP_EINVAL);
    assert_int_equal(mp_process_kill_tree(mp_current_process()), MP_ESTATE);
    test_gate_create(&gate);
    mp_process_t *process =
        test_create(test_wait_at_gate, MP_ARGS(gate.name, 0));
    assert_int_equal(mp_process_kill_tree(process), MP_ESTATE);
    assert_int_equal(mp_process_start(process), 0);
    test_gate_await(&gate, 1);
    assert_int_equal(mp_process_terminate_tree(process),
                     thread ? MP_ENOTSUP : 0);
    if (thread) {
        test_gate_release(&gate, 1);
    }
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), thread ? 0 : -15);
    assert_int_equal(mp_process_kill_tree(process), thread ? MP_ENOTSUP : 0);
    assert_int_equal(mp_process_close(process), 0);
    assert_int_equal(mp_process_kill_tree(process), MP_ESTATE);
    mp_process_destroy(process);
    test_gate_destroy(&gate);
}

static const struct test tests[] = {
    {"a child is killed with all that it started", tree_is_killed,
     TEST_PROCESSES},
    {"a child is terminated with all that it started", tree_is_terminated,
     TEST_PROCESSES},
    {"those whose parent has ended are reached, too", orphans_are_reached,
     TEST_PROCESSES},
    {"a program that starts others without end is ended with them",
     endless_starting_is_ended, TEST_PROCESSES},
    {"nobody else is signalled", nobody_else_is_signalled, TEST_PROCESSES},
    {"after the end of a child there is a job of it, or nothing",
     after_its_end_there_is_a_job_or_nothing, TEST_PROCESSES},
    {"other threads may join a child whose tree is ended",
     others_may_join_meanwhile, TEST_PROCESSES},
    {"what has no tree is refused", states_are_checked, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("tree", tests, sizeof(tests) / sizeof(tests[0]));
}
