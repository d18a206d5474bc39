// SPDX-License-Identifier: Apache-2.0
// The rows of the table: each is one way to start something that does nothing
// and to wait for its end. A group is a file of rows with what they need.
#ifndef BENCH_PROCESS_ROW_H
#define BENCH_PROCESS_ROW_H

#include <stddef.h>
#include <stdint.h>

// A start handed over that ended with another code than 0, or that failed, is
// said on stderr where it happens; the functions then return -1.
struct row {
    const char *name;
    const char *what;
    // Starts and joins `count` times, one after the other. *elapsed receives
    // the nanoseconds of all of them.
    int (*run)(const struct row *row, unsigned count, int64_t *elapsed);
    int (*once)(void); // what row_repeat() repeats
};

struct row_group {
    const struct row *rows;
    size_t count;
    // Makes ready what the rows need while the parent has this size: 0, -1, or
    // 1 if they cannot be measured on this machine. NULL: nothing is needed.
    int (*open)(unsigned size_mb);
    void (*close)(void);
};

// Every group of this build, a NULL at the end.
const struct row_group *const *row_groups(void);

// A row's `run` for those with a `once`.
int row_repeat(const struct row *row, unsigned count, int64_t *elapsed);

// Says on stderr what failed and why (an errno, 0 for none). Returns -1.
int row_fail(const char *what, int error);
// The same for a child that ended in another way than with 0.
int row_fail_end(const char *what, int code);

extern const struct row_group group_ours;
extern const struct row_group group_raw;
extern const struct row_group group_apr;
extern const struct row_group group_libuv;
extern const struct row_group group_cpython;

#endif
