// SPDX-License-Identifier: Apache-2.0
// bench-process: what it costs to start something empty and to wait for its
// end, by this library's start methods and by their peers, in one run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>

#include <multiprocessing.h>

#include "bench/common/system.h"
#include "bench/process/measure.h"
#include "bench/process/options.h"
#include "bench/process/program.h"
#include "bench/process/report.h"
#include "bench/process/row_ours.h"
#if MP_HAVE_CPYTHON_PEER
#include "bench/process/row_cpython.h"
#endif

#define EXIT_USAGE 2

static int measure_all(struct figures *sizes, const struct options *options)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < options->size_count; i++) {
        r = measure(&sizes[i], &options->plan, options->sizes_mb[i]);
        if (r == 0) {
            r = options->json ? report_json(&sizes[i])
                              : report_table(&sizes[i]);
        }
    }
    if (r < 0) {
        return -1;
    }
    return options->json ? report_json_targets(sizes, options->size_count)
                         : report_targets(sizes, options->size_count);
}

static int run(const struct options *options)
{
    struct figures sizes[OPTIONS_SIZES_MAX] = {{.size_mb = 0}};

#if MP_HAVE_CPYTHON_PEER
    cpython_use(options->python);
#endif
    if (program_find() < 0) {
        return EXIT_FAILURE;
    }
    int r = measure_all(sizes, options);
    for (size_t i = 0; i < OPTIONS_SIZES_MAX; i++) {
        figures_free(&sizes[i]);
    }
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    ours_main_began = bench_now();
    if (argc > 1 && strcmp(argv[1], PROGRAM_LEAVE) == 0) {
        return 0;
    }
    mp_freeze_support(argc, argv);

    const char *const *arguments = (const char *const *) argv;
    if (apr_app_initialize(&argc, &arguments, NULL) != APR_SUCCESS) {
        return EXIT_FAILURE;
    }
    atexit(apr_terminate);
    struct options options;
    if (options_read(&options, argc, arguments) < 0) {
        return EXIT_USAGE;
    }
    return options.help ? EXIT_SUCCESS : run(&options);
}
