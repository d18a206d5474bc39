// SPDX-License-Identifier: Apache-2.0
// bench-queue: how long a message takes to another process, how many get there,
// and what waiting for one costs, by this library and by its peers, in one run.
#include <multiprocessing.h>

#include "bench/queue/groups.h"
#include "bench/queue/pin.h"
#include "bench/queue/targets.h"
#include "bench/queue/terms.h"

static const struct row_group *const groups[] = {
    &group_ours,    &group_limit, &group_copy,
#ifndef _WIN32
    &group_system,
#endif
#if MP_HAVE_BOOST || MP_HAVE_NNG || MP_HAVE_ZMQ
    &group_others,
#endif
#if MP_HAVE_MPI
    &group_mpi,
#endif
#if MP_HAVE_CPYTHON_PEER
    &group_cpython,
#endif
    NULL,
};

int main(int argc, char **argv)
{
    struct bench bench = {
        .name = "bench-queue",
        .title = "Queues between processes",
        .about = "Measures queues: one way, throughput (ns a message), idle.",
        .unit = "ns",
        .unit_ns = 1,
        .count_max = 10000000,
        .rounds = 21,
        .slot_ms = 20,
        .groups = groups,
        .comparisons = targets,
        .comparison_count = targets_count,
        .option = "under",
        .option_help = "two, unpinned, one, asleep, idle; BYTES, BYTES/one",
        .option_default = pin_works ? TERMS_DEFAULT_PINNED : TERMS_DEFAULT,
        .read_setting = terms_read,
        .wants = terms_want,
    };

    mp_freeze_support(argc, argv);
    return bench_run(&bench, argc, argv);
}
