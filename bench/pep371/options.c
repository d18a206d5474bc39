// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/options.h"

#include <stdlib.h>
#include <string.h>

#include <apr_getopt.h>
#include <apr_strings.h>

#include "bench/pep371/list.h"
#include "bench/pep371/modes.h"
#include "bench/pep371/support.h"
#include "bench/pep371/workloads.h"

#define REPEAT_MAX 1000000
#define SECONDS_DEFAULT 60
#define SECONDS_MAX 1e6
#define TASKS_DEFAULT 1000
#define TASKS_MAX 50000

static const apr_getopt_option_t known[] = {
    {"functions", 'f', 1, NULL}, {"modes", 'm', 1, NULL},
    {"workers", 'w', 1, NULL},   {"repeat", 'r', 1, NULL},
    {"seconds", 's', 1, NULL},   {"tasks", 't', 1, NULL},
    {"unbounded", 'u', 0, NULL}, {"json", 'j', 0, NULL},
    {"plot", 'p', 0, NULL},      {"plot-file", 'P', 1, NULL},
    {"plugin", 'l', 1, NULL},    {"function", 'n', 1, NULL},
    {"help", 'h', 0, NULL},      {NULL, 0, 0, NULL}};

const char *pep_options_help(void)
{
    return "Usage: pep371 [OPTION]...\n"
           "The benchmark of PEP 371: functions run N times one after the "
           "other, by N threads\nand by N processes, and the best time of many "
           "runs is shown.\n\n"
           "  --functions LIST  of empty_func, fibonacci, crunch_primes, "
           "file_io, url_get,\n"
           "                    bench_queue\n"
           "  --modes LIST      of non_threaded, threaded, processes, spawned; "
           "also forked and\n"
           "                    thread (the library's other start methods)\n"
           "  --workers LIST    how many workers at once (1,2,4,8)\n"
           "  --repeat N        the best of N runs; the default is 100 as in "
           "the PEP, or as\n"
           "                    many as fit the time\n"
           "  --seconds S       the time for all, without --repeat (60)\n"
           "  --tasks N         how many tasks each worker of bench_queue gets "
           "(1000)\n"
           "  --unbounded       its queues of processes grow, instead of "
           "having room for all\n"
           "  --json            one JSON object for each result instead of the "
           "table\n"
           "  --plot            bars below the table\n"
           "  --plot=FILE.svg   bars in a picture\n"
           "  --plugin PATH --function NAME\n"
           "                    measure a function of a shared library,\n"
           "                    int NAME(const mp_args_t *), alone if no "
           "--functions are given\n"
           "  --help            this text\n";
}

// "--plot" takes a file or nothing, which apr_getopt_long cannot express.
static const char *const *split_plot(int argc, const char *const *argv,
                                     apr_pool_t *pool)
{
    static const char plot[] = "--plot=";
    const char **copy = apr_pcalloc(pool, sizeof(*copy) * ((size_t) argc + 1));

    for (int i = 0; i < argc; i++) {
        copy[i] = argv[i];
        if (strncmp(argv[i], plot, strlen(plot)) == 0) {
            copy[i] =
                apr_pstrcat(pool, "--plot-file=", argv[i] + strlen(plot), NULL);
        }
    }
    return copy;
}

static int parse_number(double *out, const char *text, double most,
                        const char *what)
{
    char *end = NULL;

    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !(*out > 0) || *out > most) {
        return pep_fail("%s: \"%s\" is no number above 0 and up to %.0f", what,
                        text, most);
    }
    return 0;
}

static int parse_int(int *out, const char *text, int most, const char *what)
{
    double number = 0;

    if (parse_number(&number, text, most, what) != 0) {
        return -1;
    }
    *out = (int) number;
    return *out == number ? 0
                          : pep_fail("%s: \"%s\" is no integer", what, text);
}

static int parse_workers(pep_options_t *options, const char *list)
{
    char item[32];

    options->workers_count = 0;
    while (pep_list_next(&list, item, sizeof(item))) {
        if (options->workers_count == PEP_COUNTS_MAX) {
            return pep_fail("--workers: more than %d numbers", PEP_COUNTS_MAX);
        }
        if (parse_int(&options->workers[options->workers_count++], item,
                      PEP_WORKERS_MAX, "--workers") != 0) {
            return -1;
        }
    }
    return 0;
}

static int set_option(pep_options_t *options, int option, const char *value)
{
    switch (option) {
    case 'f':
        options->functions = value;
        return pep_workloads_check(value);
    case 'm':
        options->modes = value;
        return pep_modes_check(value);
    case 'w':
        return parse_workers(options, value);
    case 'r':
        return parse_int(&options->repeat, value, REPEAT_MAX, "--repeat");
    case 's':
        return parse_number(&options->seconds, value, SECONDS_MAX, "--seconds");
    case 't':
        return parse_int(&options->tasks, value, TASKS_MAX, "--tasks");
    case 'u':
        options->unbounded = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case 'p':
        options->plot = true;
        return 0;
    case 'P':
        options->plot_file = value;
        return 0;
    case 'l':
        options->plugin = value;
        return 0;
    case 'n':
        options->plugin_function = value;
        return 0;
    default:
        options->help = true;
        return 0;
    }
}

static int check_together(const pep_options_t *options)
{
    if ((options->plugin == NULL) != (options->plugin_function == NULL)) {
        return pep_fail("--plugin and --function belong together");
    }
    if (options->json && options->plot) {
        return pep_fail("--json and --plot both want stdout: use --plot=FILE");
    }
    return 0;
}

int pep_options_parse(pep_options_t *options, int argc, const char *const *argv,
                      apr_pool_t *pool)
{
    apr_getopt_t *reader = NULL;
    int option = 0;
    const char *value = NULL;

    *options = (pep_options_t){.workers = {1, 2, 4, 8},
                               .workers_count = 4,
                               .seconds = SECONDS_DEFAULT,
                               .tasks = TASKS_DEFAULT};
    apr_status_t status =
        apr_getopt_init(&reader, pool, argc, split_plot(argc, argv, pool));
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "cannot read the command line");
    }
    reader->errfn = NULL; // it is said below, in one way for all options
    for (;;) {
        int place = reader->ind;

        status = apr_getopt_long(reader, known, &option, &value);
        if (status == APR_EOF) {
            break;
        }
        if (status != APR_SUCCESS) {
            return pep_fail("%s: %s", argv[place],
                            status == APR_BADARG
                                ? "a value is missing or not wanted"
                                : "unknown option");
        }
        if (set_option(options, option, value) != 0) {
            return -1;
        }
    }
    if (reader->ind < argc) {
        return pep_fail("%s: unexpected argument", argv[reader->ind]);
    }
    return check_together(options);
}
