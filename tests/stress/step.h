// SPDX-License-Identifier: Apache-2.0
// Operations that are killed after each of their instructions.
#ifndef MP_TESTS_STRESS_STEP_H
#define MP_TESTS_STRESS_STEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing.h>

#define STEP_LIMIT_MS 1000 // in which others must go on
#define STEP_COUNT(row) (sizeof(row) / sizeof((row)[0]))

// The victim is a forked process that does `run` and is killed in it. The rest
// is done by the test's own process, but for `prepare` and `help`. Each may be
// NULL.
typedef struct step_op {
    const char *name;    // "a process that …"
    void (*setup)(void); // before the victim is forked
    void (*prepare)(void);
    void (*before)(void); // once the victim has prepared itself
    void (*run)(void);
    int (*help)(void);   // in a third process, from then on; 0 is good
    bool (*ready)(void); // whether the third process is where it should be
    const char *(*check)(void); // after the death: NULL, or what is wrong
    void (*clear)(void);
    bool in_fork; // `run` is what a forked child does inside fork()
    bool alone;   // each death in a family of its own
    bool slow;    // others look for the dead before they go on: fewer deaths
    bool lives;   // the victim is only stopped, and then goes on: to its end
} step_op_t;

extern const step_op_t step_lock_ops[];
extern const size_t step_lock_count;
extern const step_op_t step_memory_ops[];
extern const size_t step_memory_count;
extern const step_op_t step_member_ops[];
extern const size_t step_member_count;
extern const step_op_t step_semaphore_ops[];
extern const size_t step_semaphore_count;
extern const step_op_t step_event_ops[];
extern const size_t step_event_count;
extern const step_op_t step_condition_ops[];
extern const size_t step_condition_count;
extern const step_op_t step_barrier_ops[];
extern const size_t step_barrier_count;
extern const step_op_t step_object_ops[];
extern const size_t step_object_count;
extern const step_op_t step_connection_ops[];
extern const size_t step_connection_count;
extern const step_op_t step_queue_ops[];
extern const size_t step_queue_count;
extern const step_op_t step_queue_row_ops[];
extern const size_t step_queue_row_count;
extern const step_op_t step_queue_use_ops[];
extern const size_t step_queue_use_count;
extern const step_op_t step_queue_task_ops[];
extern const size_t step_queue_task_count;
extern const step_op_t step_value_ops[];
extern const size_t step_value_count;

// What all these processes see; zero before each victim.
typedef struct step_page {
    atomic_int go_on; // the victim is dead: the third process finishes
    atomic_int ready;
    atomic_int got;   // what the third process waited for
    atomic_int wrong; // a victim that goes on found this
} step_page_t;
extern step_page_t *step_page;

// Whether the limit is over since then.
bool step_is_late(int64_t from);
// Forks; the child does `run` and then kills itself. Collected already.
void step_dead_child(void (*run)(void));
// One lock, of an operation that needs no more; NULL if there is none.
extern mp_lock_t *step_lock;
void step_make_lock(void);
void step_destroy_lock(void);

#endif
