// SPDX-License-Identifier: Apache-2.0
// Allocations that fail: for programs that are linked with --wrap for malloc,
// calloc and realloc, which puts the functions of failing.c in their place, in
// the library too.
#ifndef MP_TESTS_FAILING_H
#define MP_TESTS_FAILING_H

#include <stdbool.h>

// The allocation that fails, counted down; 0: none, or it has failed.
extern long failing;
// Whether those of this thread neither fail nor count.
void failing_spare(bool spared);

#endif
