// SPDX-License-Identifier: Apache-2.0
#include "bench/process/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_errno.h>
#include <apr_getopt.h>
#include <apr_pools.h>

#define SIZE_MAX_MB (1024 * 1024)
#define SLOT_MAX_MS 60000

static const apr_getopt_option_t known[] = {
    {"sizes", 's', 1, "sizes of the parent in MB (10,1024)"},
    {"rounds", 'r', 1, "rounds for each size (100)"},
    {"slot", 't', 1, "milliseconds that a row runs in a round (20)"},
    {"rows", 'o', 1, "only these rows, with commas between (all)"},
    {"python", 'p', 1, "the CPython to measure (python3)"},
    {"json", 'j', 0, "print one JSON object a line"},
    {"help", 'h', 0, "print this"},
    {NULL, 0, 0, NULL},
};

static void print_help(void)
{
    printf("usage: bench-process [option ...]\n"
           "Measures start and join of something empty.\n\nOptions:\n");
    for (const apr_getopt_option_t *option = known; option->name != NULL;
         option++) {
        printf("  --%-8s %s\n", option->name, option->description);
    }
    printf("\nRows, where the system has them:\n");
    for (const struct row_group *const *group = row_groups(); *group != NULL;
         group++) {
        for (size_t i = 0; i < (*group)->count; i++) {
            printf("  %-20s %s\n", (*group)->rows[i].name,
                   (*group)->rows[i].what);
        }
    }
}

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "bench-process: %s: %s (--help tells the options)\n", what,
            value);
    return -1;
}

// A whole number from 1 to `max`, with `end` behind it.
static int read_number(const char *text, unsigned long max, char **end,
                       unsigned *number)
{
    unsigned long value = strtoul(text, end, 10);

    if (*end == text || *text == '-' || value < 1 || value > max) {
        return -1;
    }
    *number = (unsigned) value;
    return 0;
}

static int read_sizes(struct options *options, const char *text)
{
    const char *from = text;
    char *end = NULL;

    for (options->size_count = 0;; from = end + 1) {
        if (options->size_count == OPTIONS_SIZES_MAX ||
            read_number(from, SIZE_MAX_MB, &end,
                        &options->sizes_mb[options->size_count]) < 0) {
            return usage("bad sizes", text);
        }
        options->size_count++;
        if (*end == '\0') {
            return 0;
        }
        if (*end != ',') {
            return usage("bad sizes", text);
        }
    }
}

static int read_count(unsigned *number, unsigned long max, const char *text)
{
    char *end = NULL;

    if (read_number(text, max, &end, number) < 0 || *end != '\0') {
        return usage("not a number from 1 up, or too large", text);
    }
    return 0;
}

static bool is_row(const char *name, size_t length)
{
    for (const struct row_group *const *group = row_groups(); *group != NULL;
         group++) {
        for (size_t i = 0; i < (*group)->count; i++) {
            const char *known_name = (*group)->rows[i].name;
            if (strlen(known_name) == length &&
                strncmp(known_name, name, length) == 0) {
                return true;
            }
        }
    }
    return false;
}

static int read_rows(struct options *options, const char *text)
{
    const char *from = text;

    for (;;) {
        size_t length = strcspn(from, ",");
        if (!is_row(from, length)) {
            return usage("no such row", from);
        }
        if (from[length] == '\0') {
            break;
        }
        from += length + 1;
    }
    options->plan.rows = text;
    return 0;
}

static int read_option(struct options *options, int option, const char *value)
{
    switch (option) {
    case 's':
        return read_sizes(options, value);
    case 'r':
        return read_count(&options->plan.rounds, FIGURES_ROUNDS_MAX, value);
    case 't':
        return read_count(&options->plan.slot_ms, SLOT_MAX_MS, value);
    case 'o':
        return read_rows(options, value);
    case 'p':
        options->python = value;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    default:
        options->help = true;
        print_help();
        return 0;
    }
}

static int read_all(struct options *options, apr_getopt_t *reader, int argc,
                    const char *const *argv)
{
    const char *value = NULL;
    int option = 0;
    int r = 0;

    while (r == 0 && !options->help) {
        apr_status_t status = apr_getopt_long(reader, known, &option, &value);
        if (status != APR_SUCCESS) {
            // APR has said on stderr what a bad option is.
            r = status == APR_EOF ? 0 : -1;
            break;
        }
        r = read_option(options, option, value);
    }
    if (r == 0 && !options->help && reader->ind < argc) {
        r = usage("not an option", argv[reader->ind]);
    }
    return r;
}

int options_read(struct options *options, int argc, const char *const *argv)
{
    apr_pool_t *pool = NULL;
    apr_getopt_t *reader = NULL;
    int r = -1;

    *options = (struct options){
        .plan = {.rounds = 100, .slot_ms = 20},
        .sizes_mb = {10, 1024},
        .size_count = 2,
        .python = "python3",
    };
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return usage("out of memory", "options");
    }
    if (apr_getopt_init(&reader, pool, argc, argv) == APR_SUCCESS) {
        r = read_all(options, reader, argc, argv);
    }
    apr_pool_destroy(pool);
    return r;
}
