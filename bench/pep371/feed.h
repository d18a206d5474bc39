// SPDX-License-Identifier: Apache-2.0
// What the measuring program does beside the workers of a function that needs
// tasks and gives results.
#ifndef PEP_FEED_H
#define PEP_FEED_H

#include <stddef.h>

#include <multiprocessing.h>

// give() and take() return 0, or -1 (see pep_failure()).
typedef struct pep_feed {
    int (*give)(int workers); // puts the tasks of so many workers
    int (*take)(int workers); // gets their results, and checks them
    void (*stop)(void);       // workers that wait for tasks end without
} pep_feed_t;

extern const pep_feed_t pep_feed_threads;
extern const pep_feed_t pep_feed_processes;

// Makes the queues of both feeds, for so many tasks of each worker. Those of
// processes, which are also arguments of bench_queue(), have `room`; 0: they
// grow. 0, or -1 (see pep_failure()); end it also then.
int pep_queues_begin(mp_queue_t **tasks, mp_queue_t **results, int each,
                     size_t room);

void pep_queues_end(void);

#endif
