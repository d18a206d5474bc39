// SPDX-License-Identifier: Apache-2.0
// Letters in a file: by them a child tells which of its finalizers ran, and in
// what order.
#ifndef MP_TESTS_NOTES_H
#define MP_TESTS_NOTES_H

#include "tests/support.h"

// The file, in a child a copy of its first argument.
#define TEST_NOTES_SIZE 300
extern _Thread_local char test_notes[TEST_NOTES_SIZE];
void test_keep_notes(const mp_args_t *args);

void *test_letter(char which);
void test_note(void *letter); // a finalizer: appends it
void test_expect_notes(const char *expected);

// In a child: registers any finalizer; and test_note() with a letter.
int test_add_run(void (*run)(void *), void *argument, int priority);
int test_add(char which, int priority);

// Runs `target` with the file, `how` and the start method for arguments.
void test_expect_end(mp_target_fn target, const char *how, int code,
                     const char *expected);
// Ends a target in the way that its second argument names.
int test_leave(const mp_args_t *args, int code);

#endif
