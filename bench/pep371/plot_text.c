// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/report.h"

#include <stdio.h>
#include <string.h>

#include "bench/pep371/support.h"

static const char bar[] = "##################################################";
#define BAR_WIDTH ((int) sizeof(bar) - 1)

// The bars of one function have one scale, or its workers could not be
// compared.
static double longest(const pep_suite_t *suite, const pep_workload_t *workload)
{
    double most = 0;

    for (size_t i = 0; i < suite->group_count; i++) {
        for (size_t j = 0; j < suite->mode_count; j++) {
            if (suite->groups[i].workload == workload &&
                suite->groups[i].seconds[j] > most) {
                most = suite->groups[i].seconds[j];
            }
        }
    }
    return most > 0 ? most : 1;
}

int pep_plot_text(const pep_suite_t *suite)
{
    const pep_workload_t *workload = NULL;
    double most = 1;

    for (size_t i = 0; i < suite->group_count; i++) {
        const pep_group_t *group = &suite->groups[i];

        if (group->workload != workload) {
            workload = group->workload;
            most = longest(suite, workload);
            (void) printf("\n%s\n", workload->name);
        }
        for (size_t j = 0; j < suite->mode_count; j++) {
            double part = group->seconds[j] / most * BAR_WIDTH;
            int width = part < 1 ? 1 : (int) (part + 0.5);

            (void) printf("%3d %-12s %.*s %.6f\n", group->workers,
                          suite->modes[j]->name, width, bar, group->seconds[j]);
        }
    }
    return fflush(stdout) == 0 && !ferror(stdout)
               ? 0
               : pep_fail("cannot write to stdout");
}
