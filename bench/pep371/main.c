// SPDX-License-Identifier: Apache-2.0
// pep371: the benchmark of PEP 371 with C's threads and this library's
// processes. Exit codes: 0 all was measured, 1 it was not, 2 wrong usage.
#include <stdio.h>
#include <stdlib.h>

#include <apr_general.h>

#include <multiprocessing.h>

#include "bench/pep371/options.h"
#include "bench/pep371/report.h"
#include "bench/pep371/suite.h"
#include "bench/pep371/support.h"

enum { EXIT_USAGE = 2 };

static int complain(int exitcode)
{
    (void) fprintf(stderr, "pep371: %s\n", pep_failure());
    return exitcode;
}

static int measure_and_show(pep_suite_t *suite, const pep_options_t *options,
                            apr_pool_t *pool)
{
    int r = pep_suite_run(suite, options,
                          options->json ? pep_json_group : pep_table_group);

    if (r == 0 && !options->json) {
        r = pep_table_end(suite);
    }
    if (r == 0 && options->plot) {
        r = pep_plot_text(suite);
    }
    if (r == 0 && options->plot_file != NULL) {
        r = pep_plot_svg(suite, options->plot_file, pool);
    }
    return r;
}

static int run(int argc, const char *const *argv, apr_pool_t *pool)
{
    static pep_suite_t suite;
    pep_options_t options;

    if (pep_options_parse(&options, argc, argv, pool) != 0) {
        (void) complain(EXIT_USAGE);
        (void) fprintf(stderr, "Try --help.\n");
        return EXIT_USAGE;
    }
    if (options.help) {
        return fputs(pep_options_help(), stdout) < 0 ? EXIT_FAILURE : 0;
    }
    suite.mode_count = pep_modes_select(suite.modes, options.modes);
    int r =
        options.plot_file != NULL ? pep_plot_check(options.plot_file, pool) : 0;
    if (r == 0) {
        r = pep_workloads_begin(&suite.workloads, &options, pool);
    }
    if (r == 0) {
        r = measure_and_show(&suite, &options, pool);
    }
    int exitcode = r == 0 ? EXIT_SUCCESS : complain(EXIT_FAILURE);
    pep_workloads_end(&suite.workloads);
    return exitcode;
}

int main(int argc, char **argv)
{
    const char *const *arguments = (const char *const *) argv;
    apr_pool_t *pool = NULL;

    mp_freeze_support(argc, argv);
    // The arguments become UTF-8 where the system gives them otherwise.
    apr_status_t status = apr_app_initialize(&argc, &arguments, NULL);
    if (status == APR_SUCCESS) {
        (void) atexit(apr_terminate);
        status = pep_apr_ready();
    }
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&pool, NULL);
    }
    if (status != APR_SUCCESS) {
        (void) pep_fail_apr(status, "cannot start");
        return complain(EXIT_FAILURE);
    }
    int exitcode = run(argc, arguments, pool);
    apr_pool_destroy(pool);
    return exitcode;
}
