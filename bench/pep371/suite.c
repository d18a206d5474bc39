// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/suite.h"

#include <stdio.h>
#include <string.h>

#include "bench/common/progress.h"
#include "bench/common/stats.h"
#include "bench/common/system.h"
#include "bench/pep371/measure.h"
#include "bench/pep371/support.h"

#define RUNS_MAX 100 // the PEP's number
#define RUNS_MIN 3

// Runs every mode once and keeps the better times.
static int run_once(const pep_suite_t *suite, pep_group_t *group)
{
    for (size_t i = 0; i < suite->mode_count; i++) {
        const pep_mode_t *mode = suite->modes[i];
        double seconds[2] = {group->seconds[i], 0};

        if (pep_measure(&seconds[1], group->workload, mode, group->workers) !=
            0) {
            char why[500];

            (void) snprintf(why, sizeof(why), "%s", pep_failure());
            return pep_fail("%s, %s with %d workers: %s", group->workload->name,
                            mode->name, group->workers, why);
        }
        group->seconds[i] =
            group->runs == 0 ? seconds[1] : bench_best(seconds, 2);
    }
    group->runs++;
    return 0;
}

static bool is_done(const pep_group_t *group, int repeat, int64_t deadline)
{
    if (repeat > 0) {
        return group->runs >= repeat;
    }
    return group->runs >= RUNS_MAX ||
           (group->runs >= RUNS_MIN && bench_now() >= deadline);
}

static int run_group(const pep_suite_t *suite, pep_group_t *group, int repeat,
                     int64_t deadline)
{
    bench_progress_t progress = {0};
    int r = 0;

    while (r == 0 && !is_done(group, repeat, deadline)) {
        bench_progress_show(&progress, "%s with %d workers: run %d of %s%d",
                            group->workload->name, group->workers,
                            group->runs + 1, repeat > 0 ? "" : "up to ",
                            repeat > 0 ? repeat : RUNS_MAX);
        r = run_once(suite, group);
    }
    bench_progress_clear(&progress);
    return r;
}

static void plan(pep_suite_t *suite, const pep_options_t *options)
{
    suite->group_count = 0;
    for (size_t i = 0; i < suite->workloads.count; i++) {
        for (size_t j = 0; j < options->workers_count; j++) {
            suite->groups[suite->group_count++] =
                (pep_group_t){.workload = &suite->workloads.list[i],
                              .workers = options->workers[j]};
        }
    }
}

int pep_suite_run(pep_suite_t *suite, const pep_options_t *options,
                  int (*report)(const pep_suite_t *suite,
                                const pep_group_t *group))
{
    int64_t end = bench_now() + (int64_t) (options->seconds * 1e9);
    int64_t workers = 0; // in the groups that are still to be measured
    int r = 0;

    plan(suite, options);
    for (size_t i = 0; i < suite->group_count; i++) {
        workers += suite->groups[i].workers;
    }
    for (size_t i = 0; i < suite->group_count && r == 0; i++) {
        pep_group_t *group = &suite->groups[i];
        int64_t now = bench_now();

        // What is left of the time is divided by the work that is left.
        workers -= group->workers;
        double share =
            (double) group->workers / (double) (workers + group->workers);
        r = run_group(suite, group, options->repeat,
                      now + (int64_t) ((double) (end - now) * share));
        if (r == 0) {
            r = report(suite, group);
        }
    }
    return r;
}

double pep_group_seconds(const pep_suite_t *suite, const pep_group_t *group,
                         const char *mode)
{
    for (size_t i = 0; i < suite->mode_count; i++) {
        if (strcmp(suite->modes[i]->name, mode) == 0) {
            return group->seconds[i];
        }
    }
    return 0;
}
