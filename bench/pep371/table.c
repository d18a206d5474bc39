// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/report.h"

#include <stdio.h>

#include "bench/common/json.h"
#include "bench/pep371/support.h"

static int flush_output(void)
{
    return fflush(stdout) == 0 && !ferror(stdout)
               ? 0
               : pep_fail("cannot write to stdout");
}

static void print_ratio(int width, double over, double under)
{
    if (over > 0 && under > 0) {
        (void) printf("%*.2f", width, over / under);
    } else {
        (void) printf("%*s", width, "-");
    }
}

static void print_row(const pep_suite_t *suite, const pep_group_t *group,
                      size_t mode)
{
    char label[64];
    double seconds = group->seconds[mode];

    (void) snprintf(label, sizeof(label), "%s (%d %s)",
                    suite->modes[mode]->name, group->workers,
                    suite->modes[mode]->unit);
    (void) printf("%-23s %.6f seconds", label, seconds);
    print_ratio(12, seconds, pep_group_seconds(suite, group, "threaded"));
    print_ratio(10, pep_group_seconds(suite, group, "non_threaded"), seconds);
    (void) printf("%9d\n", group->runs);
}

int pep_table_group(const pep_suite_t *suite, const pep_group_t *group)
{
    bool first = group == &suite->groups[0];

    if (first || group[-1].workload != group->workload) {
        (void) printf("%s%s: %s\n", first ? "" : "\n", group->workload->name,
                      group->workload->what);
        (void) printf("%40s%12s%10s%9s\n", "", "/ threaded", "speed-up",
                      "best of");
    } else {
        (void) printf("\n");
    }
    for (size_t i = 0; i < suite->mode_count; i++) {
        print_row(suite, group, i);
    }
    return flush_output();
}

// The question behind the benchmark is how much a process costs over a thread.
int pep_table_end(const pep_suite_t *suite)
{
    const pep_workload_t *workload = NULL;

    (void) printf("\n%-20s", "processes / threaded");
    for (size_t i = 0; i < suite->group_count; i++) {
        const pep_group_t *group = &suite->groups[i];

        if (group->workload != suite->groups[0].workload) {
            break;
        }
        (void) printf("%8d", group->workers);
    }
    (void) printf(" workers");
    for (size_t i = 0; i < suite->group_count; i++) {
        const pep_group_t *group = &suite->groups[i];

        if (group->workload != workload) {
            workload = group->workload;
            (void) printf("\n%-20s", workload->name);
        }
        print_ratio(8, pep_group_seconds(suite, group, "processes"),
                    pep_group_seconds(suite, group, "threaded"));
    }
    (void) printf("\n");
    return flush_output();
}

int pep_json_group(const pep_suite_t *suite, const pep_group_t *group)
{
    for (size_t i = 0; i < suite->mode_count; i++) {
        bench_json_t line;

        bench_json_begin(&line, stdout);
        bench_json_text(&line, "func", group->workload->name);
        bench_json_text(&line, "mode", suite->modes[i]->name);
        bench_json_int(&line, "workers", group->workers);
        bench_json_number(&line, "seconds", group->seconds[i]);
        bench_json_int(&line, "repeat", group->runs);
        if (bench_json_end(&line) != 0) {
            return flush_output();
        }
    }
    return 0;
}
