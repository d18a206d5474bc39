// SPDX-License-Identifier: Apache-2.0
// Everything is measured in groups: one function and one number of workers,
// all modes in turn within each repetition, so that a machine that becomes
// slower or faster does so for all of them.
#ifndef PEP_SUITE_H
#define PEP_SUITE_H

#include "bench/pep371/modes.h"
#include "bench/pep371/options.h"
#include "bench/pep371/workloads.h"

#define PEP_GROUPS_MAX (PEP_WORKLOADS_MAX * PEP_COUNTS_MAX)

typedef struct pep_group {
    const pep_workload_t *workload;
    int workers;
    int runs;
    double seconds[PEP_MODES_MAX]; // the best of the runs, by mode
} pep_group_t;

typedef struct pep_suite {
    pep_workloads_t workloads;
    const pep_mode_t *modes[PEP_MODES_MAX];
    size_t mode_count;
    pep_group_t groups[PEP_GROUPS_MAX]; // by function, then by workers
    size_t group_count;
} pep_suite_t;

// Measures all groups and hands each to `report` as soon as it is done. 0, or
// -1 (see pep_failure()), also if `report` returns -1.
int pep_suite_run(pep_suite_t *suite, const pep_options_t *options,
                  int (*report)(const pep_suite_t *suite,
                                const pep_group_t *group));

// The time of a mode by its name; 0 if it was not measured.
double pep_group_seconds(const pep_suite_t *suite, const pep_group_t *group,
                         const char *mode);

#endif
