// SPDX-License-Identifier: Apache-2.0
// What every test program shares: one CMocka test for each start method, a
// count of what is left behind, and gates at which parent and child meet.
//
// A child never asserts: it reports by its exit code, or by mp_failure().
#ifndef MP_TESTS_SUPPORT_H
#define MP_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <multiprocessing.h>

// A guard against hanging, never a limit that a working library comes near.
#define TEST_GUARD_MS 40000 // below what ctest gives a program

// ---- the tests of a program ----

enum test_methods {
    TEST_FORK = 1,
    TEST_SPAWN = 2,
    TEST_THREAD = 4,
    TEST_PROCESSES = TEST_FORK | TEST_SPAWN,
    TEST_ALL = TEST_PROCESSES | TEST_THREAD,
    TEST_ONCE = 8 // it chooses the start method itself, or needs none
};

struct test {
    const char *name; // a sentence
    void (*run)(void);
    unsigned methods;
};

// Runs each test under each of its start methods that this system has, and
// checks after each that no child and no descriptor is left. Returns the exit
// code for main(), which has called mp_freeze_support() first.
int test_run(const char *topic, const struct test *tests, size_t count);

// The start method of the running test; options with its context.
bool test_method_is(const char *method);
const char *test_method(void);
mp_process_options_t test_options(void);

// ---- children ----

// Creates a process under the test's start method; and starts it.
mp_process_t *test_create(mp_target_fn target, const mp_args_t *args);
mp_process_t *test_start(mp_target_fn target, const mp_args_t *args);
// Waits at the sentinel until it has ended, and collects nothing where the
// sentinel is exact: one that is a pipe is ready a moment too early.
#if defined(MP_TEST_PORTABLE) || defined(__APPLE__)
#define TEST_SENTINEL_IS_EARLY true
#else
#define TEST_SENTINEL_IS_EARLY false
#endif
void test_await_end(mp_process_t *process);
// Joins it, under the guard.
void test_join(mp_process_t *process);
// Joins and destroys it; its exit code.
int test_finish(mp_process_t *process);
// All of it: the exit code of a child that runs `target`.
int test_call(mp_target_fn target, const mp_args_t *args);
// The same for a child that answers by mp_failure(0, …): the text.
void test_ask(mp_target_fn target, const mp_args_t *args, char *answer,
              size_t size);

// In a child: starts one of its own by the method that its arguments name.
int test_start_below(mp_process_t **out, const char *method, mp_choice_t daemon,
                     mp_target_fn target, const mp_args_t *args);

// ---- gates: where a child reports and waits ----

// Made by the parent, passed by name. A child arrives, then waits until the
// parent lets one through; it gives up by itself after TEST_GUARD_MS.
typedef struct test_gate {
    char name[200];
    intptr_t arrived;
    intptr_t open;
} test_gate_t;

void test_gate_create(test_gate_t *gate);
void test_gate_await(test_gate_t *gate, int count);
void test_gate_release(test_gate_t *gate, int count);
void test_gate_destroy(test_gate_t *gate);
// In a child: 0, or -1 if the gate is gone or was never opened.
int test_gate_arrive(const char *name);
int test_gate_pass(const char *name);

// A target: passes the gate (text, argument 0), returns argument 1.
int test_wait_at_gate(const mp_args_t *args);
// Ends a child that waits at the gate, by kill() where that is possible.
void test_stop(mp_process_t *process, test_gate_t *gate);

// ---- what differs from system to system ----

// The open descriptors as text, "" where the system does not tell.
void test_list_handles(char *list, size_t size);
// No child of this process is left, not even one that ended uncollected.
bool test_has_no_children(void);
bool test_process_exists(int64_t pid); // and has not ended
int64_t test_own_pid(void);
// Whether a sentinel is ready within the time.
bool test_is_ready(intptr_t sentinel, int timeout_ms);
// Runs `count` threads at once and waits for them; `run` gets the number.
void test_run_threads(int count, void (*run)(int number));
void test_use_processor(int milliseconds);
// Waits until the first thread of that process sleeps; where the system does
// not tell, for long enough that it probably does.
void test_await_sleep(int64_t pid);
int64_t test_now_ms(void);
// NULL removes it.
void test_set_variable(const char *name, const char *value);
// Leaves this process one processor, or gives back what it had: false where
// the system cannot.
bool test_use_one_processor(bool one);
// The address space in use, in bytes; 0 where it is not known or tells nothing.
int64_t test_address_space(void);
// A fresh empty file.
void test_make_file(char *path, size_t size);
void test_remove_file(const char *path);
// Into a file that is there, which keeps its rights, or a new one.
void test_copy_file(const char *from, const char *to);
// All that can be read of a pipe until its end, as text; and all of a text
// written to one.
void test_read_pipe(intptr_t handle, char *text, size_t size);
void test_write_pipe(intptr_t handle, const char *text);
// A handle that a file can be written by, for a child; it is born not
// inheritable.
intptr_t test_open_for_writing(const char *path);
void test_close_handle(intptr_t handle);

// An argument of this process, UTF-8, as those of main() are not on Windows;
// "(none)" behind the last.
void test_argument(int argc, char *const *argv, int which, char *text,
                   size_t size);

// ---- other programs ----

typedef struct test_program {
    int64_t pid;
    intptr_t end; // ready when it has ended
} test_program_t;

// The path of a program beside this one (tests/programs/NAME.c).
void test_program_path(const char *name, char *path, size_t size);
void test_program_start(test_program_t *program, const char *path,
                        const char *first, const char *second);
// The same without arguments, for a process that nobody waits for: it has all
// that can be inherited of this one.
void test_program_leave(const char *path);
// In a child, which then leaves it alone: 0 if it was started.
int test_program_set_off(const char *path, const char *first,
                         const char *second);
// Ends it by force; it is to be waited for.
void test_program_kill(const test_program_t *program);
// Its exit code, under the guard.
int test_program_wait(test_program_t *program);
// In a program that was started as a child, but is none: writes to the channel
// that its marker names. False if it has none.
bool test_tell_parent(int argc, char *const *argv, const void *bytes,
                      size_t size);

#endif
