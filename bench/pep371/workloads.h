// SPDX-License-Identifier: Apache-2.0
// The functions to measure with all that they need: their arguments, the file,
// the server, the queues.
#ifndef PEP_WORKLOADS_H
#define PEP_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>

#include <apr_pools.h>

#include <multiprocessing.h>

#include "bench/pep371/feed.h"
#include "bench/pep371/options.h"
#include "bench/pep371/scratch.h"
#include "bench/pep371/server.h"

#define PEP_WORKLOADS_MAX 7

typedef struct pep_call {
    mp_target_fn function;
    mp_args_t args;
    const pep_feed_t *feed; // NULL: it needs nothing from this program
} pep_call_t;

typedef struct pep_workload {
    const char *name;
    const char *what;   // for people
    pep_call_t here;    // what this process and the system's threads run
    pep_call_t copied;  // what the library's forked children and threads run
    pep_call_t spawned; // what its spawned children run
} pep_workload_t;

typedef struct pep_workloads {
    pep_workload_t list[PEP_WORKLOADS_MAX];
    size_t count;
    pep_scratch_t *scratch;
    pep_server_t server;
    int tasks;   // of each worker of bench_queue
    size_t room; // of its queues; 0: they grow
    bool has_queues;
} pep_workloads_t;

// 0, or -1 if the list has an unknown name.
int pep_workloads_check(const char *list);

// Makes ready what the options ask for. 0, or -1 (see pep_failure()); end it
// also then.
int pep_workloads_begin(pep_workloads_t *workloads,
                        const pep_options_t *options, apr_pool_t *pool);

// Removes the file, ends the server, releases the queues.
void pep_workloads_end(pep_workloads_t *workloads);

#endif
