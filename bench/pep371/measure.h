// SPDX-License-Identifier: Apache-2.0
// One run of one function by some workers.
#ifndef PEP_MEASURE_H
#define PEP_MEASURE_H

#include "bench/pep371/modes.h"
#include "bench/pep371/workloads.h"

// The seconds from before the first worker is made until the last is joined
// and released. 0, or -1 if a worker did not start or did not succeed (see
// pep_failure()); nothing is left running then.
int pep_measure(double *seconds, const pep_workload_t *workload,
                const pep_mode_t *mode, int workers);

#endif
