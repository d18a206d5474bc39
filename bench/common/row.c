// SPDX-License-Identifier: Apache-2.0
#include "bench/common/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_errno.h>
#include <apr_general.h>

#include <multiprocessing.h>

#include "bench/common/measure.h"
#include "bench/common/options.h"
#include "bench/common/report.h"
#include "bench/common/system.h"

#define EXIT_USAGE 2

#ifdef _WIN32
#define SEPARATORS "/\\"
#else
#define SEPARATORS "/"
#endif

static const char *program = "bench";
static const char *python = "python3";

int row_repeat(const struct row *row, unsigned count, int64_t *elapsed)
{
    int64_t began = bench_now();

    for (unsigned i = 0; i < count; i++) {
        if (row->once() < 0) {
            return -1;
        }
    }
    *elapsed = bench_now() - began;
    return 0;
}

int row_fail(const char *what, int error)
{
    if (error == 0) {
        fprintf(stderr, "%s: %s\n", program, what);
    } else {
        fprintf(stderr, "%s: %s: %s\n", program, what, strerror(error));
    }
    return -1;
}

int row_fail_end(const char *what, int code)
{
    fprintf(stderr, "%s: %s ended with %d instead of 0\n", program, what, code);
    return -1;
}

int row_fail_ours(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, mp_last_error()->message);
    return -1;
}

int row_fail_apr(const char *what, int status)
{
    char text[160];

    fprintf(stderr, "%s: %s: %s\n", program, what,
            apr_strerror(status, text, sizeof(text)));
    return -1;
}

int row_left_out(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s is left out: %s\n", program, what, why);
    return 1;
}

const char *bench_python(void)
{
    return python;
}

char *bench_beside(const char *file)
{
    char *self = NULL;

    if (mp_get_executable(&self) < 0) {
        (void) row_fail_ours("this program's path");
        return NULL;
    }
    size_t folder = strlen(self);
    while (folder > 0 && strchr(SEPARATORS, self[folder - 1]) == NULL) {
        folder--;
    }
    size_t size = folder + strlen(file) + 1;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%.*s%s", (int) folder, self, file);
    } else {
        (void) row_fail("out of memory", 0);
    }
    mp_free(self);
    return path;
}

static int measure_all(struct figures *settings, const struct options *options)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < options->setting_count; i++) {
        r = measure(&settings[i], &options->plan, &options->settings[i]);
        if (r == 0) {
            r = options->json ? report_json(&settings[i])
                              : report_table(&settings[i]);
        }
    }
    if (r < 0) {
        return -1;
    }
    return options->json ? report_json_targets(settings, options->setting_count)
                         : report_targets(settings, options->setting_count);
}

static int run(const struct bench *bench, const struct options *options)
{
    struct figures *settings = calloc(OPTIONS_SETTINGS_MAX, sizeof(*settings));

    if (settings == NULL) {
        return row_fail("out of memory", 0);
    }
    for (size_t i = 0; i < OPTIONS_SETTINGS_MAX; i++) {
        settings[i].bench = bench;
    }
    int r = measure_all(settings, options);
    for (size_t i = 0; i < OPTIONS_SETTINGS_MAX; i++) {
        figures_free(&settings[i]);
    }
    free(settings);
    return r;
}

int bench_run(const struct bench *bench, int argc, char **argv)
{
    const char *const *arguments = (const char *const *) argv;
    struct options options;

    program = bench->name;
    if (apr_app_initialize(&argc, &arguments, NULL) != APR_SUCCESS) {
        return EXIT_FAILURE;
    }
    atexit(apr_terminate);
    if (options_read(&options, bench, argc, arguments) < 0) {
        return EXIT_USAGE;
    }
    python = options.python;
    if (options.help) {
        return EXIT_SUCCESS;
    }
    return run(bench, &options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
