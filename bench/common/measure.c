// SPDX-License-Identifier: Apache-2.0
#include "bench/common/measure.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/common/progress.h"

#define GROUPS_MAX 16
#define LONG_ROUNDS 5 // in so many rounds rows run that take their own time

// A name that ends with a star stands for all that begin so.
static bool matches(const char *word, size_t length, const char *name)
{
    if (length > 0 && word[length - 1] == '*') {
        return strncmp(word, name, length - 1) == 0;
    }
    return strlen(name) == length && strncmp(word, name, length) == 0;
}

static bool is_asked_for(const char *names, const char *name)
{
    if (names == NULL) {
        return true;
    }
    while (*names != '\0') {
        size_t word = strcspn(names, ",");
        if (matches(names, word, name)) {
            return true;
        }
        names += names[word] == ',' ? word + 1 : word;
    }
    return false;
}

static bool wants(const struct figures *figures, const struct plan *plan,
                  const struct row *row)
{
    const struct bench *bench = figures->bench;

    return is_asked_for(plan->rows, row->name) &&
           (bench->wants == NULL || bench->wants(&figures->setting, row));
}

// A group that is not asked for must not start its helpers.
static bool wants_any(const struct figures *figures, const struct plan *plan,
                      const struct row_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (wants(figures, plan, &group->rows[i])) {
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
    if (!wants_any(figures, plan, group)) {
        return 0;
    }
    int r = group->open == NULL ? 0 : group->open(&figures->setting);
    if (r != 0) {
        return r < 0 ? -1 : 0;
    }
    *opened = group->close != NULL;
    for (size_t i = 0; r == 0 && i < group->count; i++) {
        const struct row *row = &group->rows[i];
        if (wants(figures, plan, row) &&
            (group->has == NULL || group->has(row))) {
            r = figures_add(figures, row);
        }
    }
    return r;
}

// The first one of a kind loads what the later ones find ready. Then it is done
// twice, and more often until that takes a part of a slot, which tells how many
// fill one.
static int calibrate(struct figure *figure, unsigned slot_ms, unsigned most)
{
    int64_t slot = (int64_t) slot_ms * 1000000;
    int64_t elapsed = 0;
    unsigned count = 2;

    if (figure->row->fill != NULL) {
        return 0;
    }
    if (figure->row->run(figure->row, 1, &elapsed) < 0) {
        return -1;
    }
    for (;; count *= 8) {
        if (figure->row->run(figure->row, count, &elapsed) < 0) {
            return -1;
        }
        if (elapsed > slot / 32 || count > most / 8) {
            break;
        }
    }
    double fits = (double) slot / (elapsed > 0 ? (double) elapsed : 1) * count;
    figure->count = fits < 1 ? 1 : fits > most ? most : (unsigned) fits;
    return 0;
}

static int fill_row(struct figures *figures, struct figure *figure,
                    unsigned round, unsigned slot_ms)
{
    const struct row *row = figure->row;
    double values[ROW_QUANTITIES_MAX] = {0};
    unsigned step = (figures->rounds + LONG_ROUNDS - 1) / LONG_ROUNDS;

    if (row->slot_ms > 0 && round % step != 0) {
        return 0;
    }
    if (row->fill(row, row->slot_ms > 0 ? row->slot_ms : slot_ms, values) < 0) {
        return -1;
    }
    for (size_t i = 0; i < row->quantity_count; i++) {
        figure[i].rounds[round] = values[i];
    }
    return 0;
}

static int run_row(struct figures *figures, struct figure *figure,
                   unsigned round, unsigned slot_ms)
{
    int64_t elapsed = 0;

    if (figure->row->fill != NULL) {
        return figure->quantity > 0
                   ? 0 // filled with the first quantity of its row
                   : fill_row(figures, figure, round, slot_ms);
    }
    if (figure->row->run(figure->row, figure->count, &elapsed) < 0) {
        return -1;
    }
    figure->rounds[round] =
        (double) elapsed / figures->bench->unit_ns / figure->count;
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

static int run_rounds(struct figures *figures, unsigned slot_ms)
{
    bench_progress_t progress = {0};
    size_t order[FIGURES_MAX] = {0};
    uint32_t seed = 1;
    int r = 0;

    for (size_t i = 0; i < figures->count; i++) {
        order[i] = i;
    }
    for (unsigned round = 0; r == 0 && round < figures->rounds; round++) {
        shuffle(order, figures->count, &seed);
        for (size_t i = 0; r == 0 && i < figures->count; i++) {
            struct figure *figure = &figures->items[order[i]];
            bench_progress_show(&progress, "%s, round %u of %u: %s",
                                figures->setting.name, round + 1,
                                figures->rounds, figure->name);
            r = run_row(figures, figure, round, slot_ms);
        }
    }
    bench_progress_clear(&progress);
    return r;
}

static int run_rows(struct figures *figures, unsigned slot_ms)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < figures->count; i++) {
        r = calibrate(&figures->items[i], slot_ms, figures->bench->count_max);
    }
    return r < 0 ? -1 : run_rounds(figures, slot_ms);
}

static int run_groups(struct figures *figures, const struct plan *plan)
{
    const struct row_group *const *groups = figures->bench->groups;
    bool opened[GROUPS_MAX] = {false};
    int r = 0;

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

int measure(struct figures *figures, const struct plan *plan,
            const struct setting *setting)
{
    const struct bench *bench = figures->bench;

    figures->setting = *setting;
    figures->rounds = plan->rounds;
    if (bench->enter != NULL && bench->enter(setting) < 0) {
        return -1;
    }
    int r = run_groups(figures, plan);
    if (bench->leave != NULL) {
        bench->leave();
    }
    return r;
}
