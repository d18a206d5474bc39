// SPDX-License-Identifier: Apache-2.0
// Processes that work on shared objects and are killed at random moments. What
// is worked on is a row of a table; each kind of objects has a small file.
#ifndef MP_TESTS_STRESS_STRESS_H
#define MP_TESTS_STRESS_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/object.h"

#define STRESS_WORKERS 8     // at most
#define STRESS_LIMIT_MS 1000 // in which others must go on after a death
#define STRESS_REFERENCES 8

// What all of them see, in shared memory. A row uses `references`, `pair` and
// `numbers` as it likes; all zero at first.
typedef struct stress_page {
    mp__object_t head;
    atomic_int stop;
    atomic_int wrong;                     // what a worker found, or 0
    atomic_uint progress[STRESS_WORKERS]; // operations of each
    mp__reference_t references[STRESS_REFERENCES];
    _Atomic uint64_t pair[2]; // equal but in a critical section
    _Atomic uint64_t numbers[STRESS_WORKERS];
} stress_page_t;

typedef struct stress_row {
    const char *name;                    // "processes that …"
    bool (*setup)(stress_page_t *page);  // in the test's own process
    bool (*attach)(stress_page_t *page); // in each worker, once
    // In a worker, over and over: 0, or a number that tells what is wrong.
    int (*operation)(stress_page_t *page, uint64_t *random);
    // In the test's own process after each death: NULL, or what is wrong.
    const char *(*check)(stress_page_t *page);
    void (*clear)(stress_page_t *page);
} stress_row_t;

extern const stress_row_t stress_lock_rows[];
extern const size_t stress_lock_count;
extern const stress_row_t stress_memory_rows[];
extern const size_t stress_memory_count;

// A random number below `limit`.
uint64_t stress_random(uint64_t *random, uint64_t limit);
// The two words, in the critical section: false if they differ and nobody died.
// `died`: they are repaired.
bool stress_change_pair(stress_page_t *page, bool died);

#endif
