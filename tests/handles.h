// SPDX-License-Identifier: Apache-2.0
// Descriptors and handles: what a child has of its parent's.
#ifndef MP_TESTS_HANDLES_H
#define MP_TESTS_HANDLES_H

#include "tests/support.h"

// Things that a child inherits if nobody prevents it: on Windows of five kinds.
void test_open_inheritable(intptr_t *handles, int count);
void test_close_inheritable(const intptr_t *handles, int count);
// In a child: whether it has that very thing of its parent's. (On Windows what
// is found at this number can be the child's own: it is known by its name.)
bool test_sees_handle(intptr_t handle);
// How many of them this process has, of any number.
int test_count_inheritable(void);

// A pipe that no child inherits.
void test_make_pipe(intptr_t *reading, intptr_t *writing);
// In a child: 0 if the text was written.
int test_put(intptr_t handle, const char *text);
// In a child: whether what it starts would inherit it.
bool test_is_inheritable(intptr_t handle);
// In a child: 0 if it was open.
int test_close_own(intptr_t handle);

#endif
