// SPDX-License-Identifier: Apache-2.0
#include "bench/common/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_errno.h>
#include <apr_getopt.h>
#include <apr_pools.h>

#define SLOT_MAX_MS 60000
#define WORD_MAX 64
#define KNOWN_MAX 8

static const apr_getopt_option_t common[] = {
    {"rounds", 'r', 1, "rounds for each setting"},
    {"slot", 't', 1, "milliseconds that a row runs in a round"},
    {"rows", 'o', 1, "only these rows, with commas between; name* for many"},
    {"python", 'p', 1, "the CPython to measure (python3)"},
    {"json", 'j', 0, "print one JSON object a line"},
    {"help", 'h', 0, "print this"},
};

// The options of this bench, with an end behind them.
static void list_known(apr_getopt_option_t *known, const struct bench *bench)
{
    size_t count = 0;

    if (bench->option != NULL) {
        known[count++] =
            (apr_getopt_option_t){.name = bench->option,
                                  .optch = 's',
                                  .has_arg = 1,
                                  .description = bench->option_help};
    }
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        known[count++] = common[i];
    }
    known[count] = (apr_getopt_option_t){.name = NULL};
}

static void print_help(const struct bench *bench)
{
    apr_getopt_option_t known[KNOWN_MAX];

    list_known(known, bench);
    printf("usage: %s [option ...]\n%s\n\nOptions:\n", bench->name,
           bench->about);
    for (const apr_getopt_option_t *option = known; option->name != NULL;
         option++) {
        printf("  --%-11s %s\n", option->name, option->description);
    }
    printf("\nUnless asked for others: %u rounds, %u milliseconds%s%s.\n",
           bench->rounds, bench->slot_ms, bench->option == NULL ? "" : ", ",
           bench->option == NULL ? "" : bench->option_default);
    printf("\nRows, where the system has them:\n");
    for (const struct row_group *const *group = bench->groups; *group != NULL;
         group++) {
        for (size_t i = 0; i < (*group)->count; i++) {
            printf("  %-24s %s\n", (*group)->rows[i].name,
                   (*group)->rows[i].what);
        }
    }
}

static int usage(const struct bench *bench, const char *what, const char *value)
{
    fprintf(stderr, "%s: %s: %s (--help tells the options)\n", bench->name,
            what, value);
    return -1;
}

int options_number(const char *text, unsigned long max, unsigned *number)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || *text == '-' || value < 1 ||
        value > max) {
        return -1;
    }
    *number = (unsigned) value;
    return 0;
}

static int read_settings(struct options *options, const struct bench *bench,
                         const char *text)
{
    const char *from = text;

    for (options->setting_count = 0;; from++) {
        char word[WORD_MAX] = "";
        size_t length = strcspn(from, ",");
        if (length >= sizeof(word) ||
            options->setting_count == OPTIONS_SETTINGS_MAX) {
            return usage(bench, "too many or too long", text);
        }
        memcpy(word, from, length);
        if (bench->read_setting(&options->settings[options->setting_count],
                                word) < 0) {
            return usage(bench, "not known here", text);
        }
        options->setting_count++;
        from += length;
        if (*from == '\0') {
            return 0;
        }
    }
}

static int read_count(const struct bench *bench, unsigned *number,
                      unsigned long max, const char *text)
{
    return options_number(text, max, number) == 0
               ? 0
               : usage(bench, "not a number from 1 up, or too large", text);
}

static bool is_row(const struct bench *bench, const char *name, size_t length)
{
    bool many = length > 0 && name[length - 1] == '*';

    length -= many ? 1 : 0;
    for (const struct row_group *const *group = bench->groups; *group != NULL;
         group++) {
        for (size_t i = 0; i < (*group)->count; i++) {
            const char *known_name = (*group)->rows[i].name;
            if (strncmp(known_name, name, length) == 0 &&
                (many || known_name[length] == '\0')) {
                return true;
            }
        }
    }
    return false;
}

static int read_rows(struct options *options, const struct bench *bench,
                     const char *text)
{
    const char *from = text;

    for (;;) {
        size_t length = strcspn(from, ",");
        if (!is_row(bench, from, length)) {
            return usage(bench, "no such row", from);
        }
        if (from[length] == '\0') {
            break;
        }
        from += length + 1;
    }
    options->plan.rows = text;
    return 0;
}

static int read_option(struct options *options, const struct bench *bench,
                       int option, const char *value)
{
    switch (option) {
    case 's':
        return read_settings(options, bench, value);
    case 'r':
        return read_count(bench, &options->plan.rounds, FIGURES_ROUNDS_MAX,
                          value);
    case 't':
        return read_count(bench, &options->plan.slot_ms, SLOT_MAX_MS, value);
    case 'o':
        return read_rows(options, bench, value);
    case 'p':
        options->python = value;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    default:
        options->help = true;
        print_help(bench);
        return 0;
    }
}

static int read_all(struct options *options, const struct bench *bench,
                    apr_getopt_t *reader, int argc, const char *const *argv)
{
    apr_getopt_option_t known[KNOWN_MAX];
    const char *value = NULL;
    int option = 0;
    int r = 0;

    list_known(known, bench);
    while (r == 0 && !options->help) {
        apr_status_t status = apr_getopt_long(reader, known, &option, &value);
        if (status != APR_SUCCESS) {
            // APR has said on stderr what a bad option is.
            r = status == APR_EOF ? 0 : -1;
            break;
        }
        r = read_option(options, bench, option, value);
    }
    if (r == 0 && !options->help && reader->ind < argc) {
        r = usage(bench, "not an option", argv[reader->ind]);
    }
    return r;
}

int options_read(struct options *options, const struct bench *bench, int argc,
                 const char *const *argv)
{
    apr_pool_t *pool = NULL;
    apr_getopt_t *reader = NULL;
    int r = -1;

    *options = (struct options){
        .plan = {.rounds = bench->rounds, .slot_ms = bench->slot_ms},
        .setting_count = 1,
        .python = "python3",
    };
    if (bench->option != NULL &&
        read_settings(options, bench, bench->option_default) < 0) {
        return -1;
    }
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return usage(bench, "out of memory", "options");
    }
    if (apr_getopt_init(&reader, pool, argc, argv) == APR_SUCCESS) {
        r = read_all(options, bench, reader, argc, argv);
    }
    apr_pool_destroy(pool);
    return r;
}
