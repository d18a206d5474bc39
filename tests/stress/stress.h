// SPDX-License-Identifier: Apache-2.0
// Processes that work on shared objects and are killed at random moments. What
// is worked on is a row of a table; each kind of objects has a small file.
#ifndef MP_TESTS_STRESS_STRESS_H
#define MP_TESTS_STRESS_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing.h>

#include "core/object.h"

#define STRESS_WORKERS 8     // at most
#define STRESS_LIMIT_MS 1000 // in which others must go on after a death
#define STRESS_REFERENCES 8
#define STRESS_COUNT(row) (sizeof(row) / sizeof((row)[0]))

typedef enum stress_doing {
    STRESS_WORKING,
    STRESS_PARKED, // between two operations, until all go on
    STRESS_WAITING // for others: said by the row
} stress_doing_t;

// What all of them see, in shared memory. A row uses `references`, `pair` and
// `numbers` as it likes; all zero at first.
typedef struct stress_page {
    mp__object_t head;
    atomic_int stop;
    atomic_int wrong;                     // what a worker found, or 0
    atomic_uint progress[STRESS_WORKERS]; // operations of each
    atomic_int count;                     // of the workers
    atomic_int dead;                      // the one that was killed last
    atomic_int pause;                     // they are to stand still
    atomic_int doing[STRESS_WORKERS];     // stress_doing_t
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
    // In the test's own process, where workers may rightly wait for others:
    // lets one of them go on. NULL, or what is wrong.
    const char *(*kick)(stress_page_t *page);
    // The same when all workers have ended: NULL, or what is wrong.
    const char *(*settle)(stress_page_t *page);
} stress_row_t;

extern const stress_row_t stress_lock_rows[];
extern const size_t stress_lock_count;
extern const stress_row_t stress_memory_rows[];
extern const size_t stress_memory_count;
extern const stress_row_t stress_semaphore_rows[];
extern const size_t stress_semaphore_count;
extern const stress_row_t stress_event_rows[];
extern const size_t stress_event_count;
extern const stress_row_t stress_condition_rows[];
extern const size_t stress_condition_count;
extern const stress_row_t stress_barrier_rows[];
extern const size_t stress_barrier_count;
extern const stress_row_t stress_value_rows[];
extern const size_t stress_value_count;
extern const stress_row_t stress_block_rows[];
extern const size_t stress_block_count;
extern const stress_row_t stress_object_rows[];
extern const size_t stress_object_count;
extern const stress_row_t stress_connection_rows[];
extern const size_t stress_connection_count;
extern const stress_row_t stress_queue_rows[];
extern const size_t stress_queue_count;

// What is worked on.
extern const stress_row_t *stress_rows[];

// What a worker is told.
typedef struct stress_order {
    mp__reference_t page;
    int row;
    int index;
    uint64_t random;
} stress_order_t;
int stress_work(const mp_args_t *args);

// In a worker: which one this is.
extern int stress_index;

// A random number below `limit`.
uint64_t stress_random(uint64_t *random, uint64_t limit);
// The two words, in the critical section: false if they differ and nobody died.
// `died`: they are repaired.
bool stress_change_pair(stress_page_t *page, bool died);
bool stress_change(_Atomic uint64_t *pair, bool died);
// Some wait for ever, some give up, some only try.
int64_t stress_timeout(uint64_t *random);
// Whether a call that acquires has done so.
bool stress_acquired(int r);

// An object of the test's own process, and the same in a worker.
void stress_publish(stress_page_t *page, int at, const void *object);
bool stress_open(stress_page_t *page, int at, mp__type_t type, void *object);
// One lock, of a row that needs no more than that: its setup, attach and clear.
extern mp_lock_t *stress_lock;
bool stress_make_lock(stress_page_t *page);
bool stress_open_lock(stress_page_t *page);
void stress_destroy_lock(stress_page_t *page);

// Said by a row's check: there is nothing left to work on, so that all is to be
// made anew.
extern bool stress_spent;
// Made by a row's setup, and given to each worker; NULL: it has none.
extern mp_connection_t *stress_ends[2];
extern mp_listener_t *stress_listener;

// In the test's own process: all that live stand still, each between two
// operations, or where it may wait. NULL, or what is wrong.
const char *stress_park(stress_page_t *page,
                        bool (*may_wait)(stress_page_t *page));
void stress_go_on(stress_page_t *page);

#endif
