// SPDX-License-Identifier: Apache-2.0
// The queue that one writes for threads: a mutex, a condition, and a ring that
// grows. thread_queue_posix.c and thread_queue_win32.c have the same functions.
#ifndef PEP_THREAD_QUEUE_H
#define PEP_THREAD_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct pep_thread_queue pep_thread_queue_t;

// NULL without memory.
pep_thread_queue_t *pep_thread_queue_create(void);

// NULL is fine.
void pep_thread_queue_destroy(pep_thread_queue_t *queue);

// False without memory.
bool pep_thread_queue_put(pep_thread_queue_t *queue, int64_t item);

// Waits for an item; false if there is none and the queue was stopped.
bool pep_thread_queue_get(pep_thread_queue_t *queue, int64_t *item);

// Nobody waits in it any more.
void pep_thread_queue_stop(pep_thread_queue_t *queue);

#endif
