// SPDX-License-Identifier: Apache-2.0
// What becomes of the results. All return 0, or -1 if not all of it could be
// written (see pep_failure()).
#ifndef PEP_REPORT_H
#define PEP_REPORT_H

#include <apr_pools.h>

#include "bench/pep371/suite.h"

// The PEP's table, a group at a time, on stdout.
int pep_table_group(const pep_suite_t *suite, const pep_group_t *group);

// The table's end: processes against threads at one glance.
int pep_table_end(const pep_suite_t *suite);

// One JSON object for each mode of the group, a line each, on stdout.
int pep_json_group(const pep_suite_t *suite, const pep_group_t *group);

// Bars of text on stdout.
int pep_plot_text(const pep_suite_t *suite);

// Whether the picture can be written, to know it before a minute has passed.
int pep_plot_check(const char *path, apr_pool_t *pool);

// A picture: one field for each function, in it a group of bars for each
// number of workers.
int pep_plot_svg(const pep_suite_t *suite, const char *path, apr_pool_t *pool);

#endif
