// SPDX-License-Identifier: Apache-2.0
// The rows of a table: each is one way to do something that is measured. A
// group is a file of rows with what they need; a bench is a program's groups
// and what it compares. main() of such a program is bench_run().
#ifndef BENCH_COMMON_ROW_H
#define BENCH_COMMON_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Under which all rows are measured, one setting after the other: a size of the
// parent, a number of processors.
struct setting {
    char name[32];
    unsigned number;
};

// What a row with a `fill` measures: behind the row's name stands `suffix`
// ("" for the first), and behind a figure its unit.
struct quantity {
    const char *suffix;
    const char *unit;
};
#define ROW_QUANTITIES_MAX 4

// What fails is said on stderr where it happens; the functions then return -1.
struct row {
    const char *name;
    const char *what;
    // Does it `count` times, one after the other. *elapsed receives the
    // nanoseconds of all of them.
    int (*run)(const struct row *row, unsigned count, int64_t *elapsed);
    int (*once)(void); // what row_repeat() repeats
    // Instead of `run`: does it for a time and says what came of it, one value
    // for each quantity.
    int (*fill)(const struct row *row, unsigned slot_ms, double *values);
    const struct quantity *quantities;
    size_t quantity_count;
    // Of a row with a `fill`: the time that it takes, whatever the others take,
    // and then only in some of the rounds. 0: as the others, in each round.
    unsigned slot_ms;
    const void *data; // for `run` and `fill`
    unsigned number;
};

struct row_group {
    const struct row *rows;
    size_t count;
    // Makes ready what the rows need under this setting: 0, -1, or 1 if they
    // cannot be measured on this machine. NULL: nothing is needed.
    int (*open)(const struct setting *setting);
    void (*close)(void);
    // Whether this row can be measured, in a group that is open. NULL: each.
    bool (*has)(const struct row *row);
};

// A row against a peer in the same rounds, or a figure by itself.
struct comparison {
    const char *row;
    const char *peer;      // NULL: none, the aim is a value in the row's unit
    double aim;            // to be at most this; 0: nothing is aimed at
    const char *aim_under; // the setting under which. NULL: each
    bool at_least;         // to be at least this
    bool flat; // under the largest setting against itself under the smallest
};

struct bench {
    const char *name;   // of the program
    const char *title;  // of its tables
    const char *about;  // a sentence for --help
    const char *unit;   // in which the time of a row is told …
    double unit_ns;     // … and its nanoseconds
    unsigned count_max; // a row does it so often in a slot at the most
    unsigned rounds;    // unless asked for others
    unsigned slot_ms;
    const struct row_group *const *groups; // with a NULL at the end
    const struct comparison *comparisons;
    size_t comparison_count;
    // The option that lists settings, what it lists, and the default. NULL:
    // there is one setting without a name.
    const char *option;
    const char *option_help;
    const char *option_default;
    // One word of that list: 0, or -1 if it is none.
    int (*read_setting)(struct setting *setting, const char *word);
    // Around everything that is done under a setting. NULL: nothing.
    int (*enter)(const struct setting *setting);
    void (*leave)(void);
    // Whether the row is measured under this setting. NULL: all are.
    bool (*wants)(const struct setting *setting, const struct row *row);
};

// Reads the command line, measures and reports: the result of main().
int bench_run(const struct bench *bench, int argc, char **argv);

// A row's `run` for those with a `once`.
int row_repeat(const struct row *row, unsigned count, int64_t *elapsed);

// Says on stderr what failed and why (an errno, 0 for none). Returns -1.
int row_fail(const char *what, int error);
// The same for a child that ended in another way than with 0.
int row_fail_end(const char *what, int code);
// The same for what this library has said of an error.
int row_fail_ours(const char *what);
// For APR's calls, whose status is an int.
int row_fail_apr(const char *what, int status);
// Says that something is not measured. Returns 1.
int row_left_out(const char *what, const char *why);

// The Python to measure, as it was asked for.
const char *bench_python(void);
// The path of a file in the same folder as this program; to be freed. NULL
// after saying why.
char *bench_beside(const char *file);

#endif
