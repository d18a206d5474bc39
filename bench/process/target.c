// SPDX-License-Identifier: Apache-2.0
#include "bench/process/target.h"

#include <string.h>

// "Ahead of a peer" is a ratio of at most 1. The raw calls and the peers are
// set against the limit, the cheapest way in which POSIX can make a process.
static const struct comparison comparisons[] = {
    {"fork", "raw-fork", 1.05},
    {"fork", "cpython-fork", 1.0},
    {"spawn", "raw-spawn-self", 1.3},
    {"spawn", "raw-spawn-tiny", 0},
    {"spawn", "apr", 1.0},
    {"spawn", "libuv", 1.0},
    {"spawn", "cpython-spawn", 1.0},
    {"spawn-bare", "raw-spawn-self", 1.1},
    {"thread", "raw-thread", 1.2},
    {"raw-fork", "vfork", 0},
    {"raw-spawn-self", "vfork", 0},
    {"raw-spawn-tiny", "vfork", 0},
    {"raw-thread", "vfork", 0},
    {"apr", "vfork", 0},
    {"libuv", "vfork", 0},
    {"cpython-fork", "vfork", 0},
    {"cpython-spawn", "vfork", 0},
    {"cpython-forkserver", "vfork", 0},
};

#define FLAT_ROW "spawn"
#define FLAT_AIM 1.1

const struct comparison *target_next(const struct figures *figures,
                                     const char *row,
                                     const struct comparison *last)
{
    const struct comparison *end =
        comparisons + sizeof(comparisons) / sizeof(comparisons[0]);

    last = last == NULL ? comparisons : last + 1;
    for (; last < end; last++) {
        if (strcmp(last->row, row) == 0 &&
            figures_find(figures, last->peer) != NULL) {
            return last;
        }
    }
    return NULL;
}

double target_ratio(const struct figures *figures,
                    const struct comparison *comparison)
{
    return figures_ratio(figures, figures_find(figures, comparison->row),
                         figures_find(figures, comparison->peer));
}

// Appends the targets of one row under one size.
static size_t targets_of(struct target *targets, size_t used,
                         const struct figures *figures, const char *row)
{
    const struct comparison *next = target_next(figures, row, NULL);

    for (; next != NULL; next = target_next(figures, row, next)) {
        if (next->aim > 0 && used < TARGETS_MAX) {
            targets[used++] = (struct target){
                .size_mb = figures->size_mb,
                .row = row,
                .peer = next->peer,
                .peer_size_mb = figures->size_mb,
                .aim = next->aim,
                .reached = target_ratio(figures, next),
            };
        }
    }
    return used;
}

// The cost of a start should not depend on the size of the parent. The sizes
// are measured one after the other, so this ratio is one of medians.
static size_t target_flat(struct target *targets, size_t used,
                          const struct figures *sizes, size_t count)
{
    const struct figures *small = sizes;
    const struct figures *large = sizes;

    for (size_t i = 1; i < count; i++) {
        small = sizes[i].size_mb < small->size_mb ? &sizes[i] : small;
        large = sizes[i].size_mb > large->size_mb ? &sizes[i] : large;
    }
    const struct figure *low = figures_find(small, FLAT_ROW);
    const struct figure *high = figures_find(large, FLAT_ROW);
    if (small == large || low == NULL || high == NULL || used == TARGETS_MAX) {
        return used;
    }
    targets[used] = (struct target){
        .size_mb = large->size_mb,
        .row = FLAT_ROW,
        .peer = FLAT_ROW,
        .peer_size_mb = small->size_mb,
        .aim = FLAT_AIM,
        .reached = figures_median(large, high) / figures_median(small, low),
    };
    return used + 1;
}

size_t target_all(struct target *targets, const struct figures *sizes,
                  size_t count)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizes[i].count; j++) {
            used = targets_of(targets, used, &sizes[i],
                              sizes[i].items[j].row->name);
        }
    }
    return target_flat(targets, used, sizes, count);
}

bool target_met(const struct target *target)
{
    return target->reached < target->aim + 0.005;
}
