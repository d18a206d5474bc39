// SPDX-License-Identifier: Apache-2.0
// The command line.
#ifndef PEP_OPTIONS_H
#define PEP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <apr_pools.h>

#define PEP_COUNTS_MAX 16   // different numbers of workers in one run
#define PEP_WORKERS_MAX 256 // workers at once

typedef struct pep_options {
    const char *functions; // a list; NULL: all
    const char *modes;     // a list; NULL: all but the extra ones
    int workers[PEP_COUNTS_MAX];
    size_t workers_count;
    int repeat;     // 0: up to 100, as `seconds` allow
    double seconds; // for the whole run
    int tasks;      // of each worker of bench_queue
    bool unbounded; // bench_queue's queues of processes have no maxsize
    bool json;
    bool plot;             // bars on stdout
    const char *plot_file; // NULL: none
    const char *plugin;    // NULL: none
    const char *plugin_function;
    bool help;
} pep_options_t;

// 0, or -1 (see pep_failure()). Texts live as long as `argv` and `pool`.
int pep_options_parse(pep_options_t *options, int argc, const char *const *argv,
                      apr_pool_t *pool);

// The text of --help.
const char *pep_options_help(void);

#endif
