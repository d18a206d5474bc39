// SPDX-License-Identifier: Apache-2.0
#include "bench/process/measure.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/common/progress.h"
#include "bench/process/parent.h"

#define COUNT_MAX 1000
#define GROUPS_MAX 8

bool measure_wants(const struct plan *plan, const char *name)
{
    size_t length = strlen(name);
    const char *names = plan->rows;

    while (names != NULL && *names != '\0') {
        size_t word = strcspn(names, ",");
        if (word == length && strncmp(names, name, length) == 0) {
            return true;
        }
        names += names[word] == ',' ? word + 1 : word;
    }
    return names == NULL;
}

// A group that is not asked for must not start its helpers.
static bool wants_any(const struct plan *plan, const struct row_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (measure_wants(plan, group->rows[i].name)) {
            return true;
        }
    }
    return false;
}

// Makes a group ready and adds its rows. *opened tells whether it is to be
// closed.
static int open_group(struct figures *figures, const struct plan *plan,
                      const struct row_group *group, bool *opened)
{
    if (!wants_any(plan, group)) {
        return 0;
    }
    int r = group->open == NULL ? 0 : group->open(figures->size_mb);
    if (r != 0) {
        return r < 0 ? -1 : 0;
    }
    *opened = group->close != NULL;
    for (size_t i = 0; r == 0 && i < group->count; i++) {
        if (measure_wants(plan, group->rows[i].name)) {
            r = figures_add(figures, &group->rows[i]);
        }
    }
    return r;
}

// The first start of a kind loads what the later ones find ready; the second
// and third tell how many of them fill a slot.
static int calibrate(struct figure *figure, unsigned slot_ms)
{
    int64_t elapsed = 0;

    if (figure->row->run(figure->row, 1, &elapsed) < 0 ||
        figure->row->run(figure->row, 2, &elapsed) < 0) {
        return -1;
    }
    int64_t count = (int64_t) slot_ms * 2000000 / (elapsed > 0 ? elapsed : 1);
    count = count < 1 ? 1 : count;
    figure->count = (unsigned) (count > COUNT_MAX ? COUNT_MAX : count);
    return 0;
}

static int run_row(struct figure *figure, unsigned round)
{
    int64_t elapsed = 0;

    if (figure->row->run(figure->row, figure->count, &elapsed) < 0) {
        return -1;
    }
    figure->rounds[round] = (double) elapsed / 1000.0 / figure->count;
    return 0;
}

// Another order of the rows for every round, the same in every run.
static void shuffle(size_t *order, size_t count, uint32_t *seed)
{
    for (size_t i = count; i > 1; i--) {
        *seed = *seed * 1664525U + 1013904223U;
        size_t other = (*seed >> 8) % i;
        size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

static int run_rounds(struct figures *figures)
{
    bench_progress_t progress = {0};
    size_t order[FIGURES_ROWS_MAX];
    uint32_t seed = 1;
    int r = 0;

    for (size_t i = 0; i < figures->count; i++) {
        order[i] = i;
    }
    for (unsigned round = 0; r == 0 && round < figures->rounds; round++) {
        shuffle(order, figures->count, &seed);
        for (size_t i = 0; r == 0 && i < figures->count; i++) {
            struct figure *figure = &figures->items[order[i]];
            bench_progress_show(&progress, "%u MB, round %u of %u: %s",
                                figures->size_mb, round + 1, figures->rounds,
                                figure->row->name);
            r = run_row(figure, round);
        }
    }
    bench_progress_clear(&progress);
    return r;
}

static int run_rows(struct figures *figures, unsigned slot_ms)
{
    int r = parent_grow(figures->size_mb);

    for (size_t i = 0; r == 0 && i < figures->count; i++) {
        r = calibrate(&figures->items[i], slot_ms);
    }
    if (r == 0) {
        r = run_rounds(figures);
    }
    parent_shrink();
    return r;
}

int measure(struct figures *figures, const struct plan *plan, unsigned size_mb)
{
    const struct row_group *const *groups = row_groups();
    bool opened[GROUPS_MAX] = {false};
    int r = 0;

    *figures = (struct figures){.size_mb = size_mb, .rounds = plan->rounds};
    for (size_t i = 0; r == 0 && groups[i] != NULL; i++) {
        r = open_group(figures, plan, groups[i], &opened[i]);
    }
    if (r == 0) {
        r = run_rows(figures, plan->slot_ms);
    }
    for (size_t i = 0; groups[i] != NULL; i++) {
        if (opened[i]) {
            groups[i]->close();
        }
    }
    return r;
}
