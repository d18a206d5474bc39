// SPDX-License-Identifier: Apache-2.0
#include "bench/common/target.h"

#include <string.h>

const struct comparison *target_next(const struct figures *figures,
                                     const char *name,
                                     const struct comparison *last)
{
    const struct bench *bench = figures->bench;
    const struct comparison *end = bench->comparisons + bench->comparison_count;

    last = last == NULL ? bench->comparisons : last + 1;
    for (; last < end; last++) {
        if (strcmp(last->row, name) == 0 && last->peer != NULL && !last->flat &&
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

// The cost of something should not depend on the setting. The settings are
// measured one after the other, so this ratio is one of medians.
static bool reach_flat(struct target *target, const struct figures *settings,
                       size_t count)
{
    const struct figures *small = settings;
    const struct figures *large = settings;
    const char *row = target->comparison->row;

    for (size_t i = 1; i < count; i++) {
        bool less = settings[i].setting.number < small->setting.number;
        bool more = settings[i].setting.number > large->setting.number;
        small = less ? &settings[i] : small;
        large = more ? &settings[i] : large;
    }
    const struct figure *low = figures_find(small, row);
    const struct figure *high = figures_find(large, row);
    if (small == large || low == NULL || high == NULL) {
        return false;
    }
    target->figures = large;
    target->peer_figures = small;
    target->reached = figures_median(large, high) / figures_median(small, low);
    return true;
}

// Whether both sides of the comparison were measured under this setting.
static bool reach(struct target *target, const struct figures *figures)
{
    const struct comparison *comparison = target->comparison;
    const struct figure *of = figures_find(figures, comparison->row);

    target->figures = figures;
    target->peer_figures = figures;
    if (of == NULL ||
        (comparison->aim_under != NULL &&
         strcmp(comparison->aim_under, figures->setting.name) != 0)) {
        return false;
    }
    if (comparison->peer == NULL) {
        target->reached = figures_median(figures, of);
        return true;
    }
    if (figures_find(figures, comparison->peer) == NULL) {
        return false;
    }
    target->reached = target_ratio(figures, comparison);
    return true;
}

size_t target_all(struct target *targets, const struct figures *settings,
                  size_t count)
{
    const struct bench *bench = settings[0].bench;
    size_t used = 0;

    for (size_t i = 0; i <= count; i++) {
        for (size_t j = 0; j < bench->comparison_count; j++) {
            struct target target = {.comparison = &bench->comparisons[j]};
            if (target.comparison->aim <= 0 || used == TARGETS_MAX ||
                target.comparison->flat != (i == count)) {
                continue;
            }
            if (i < count ? reach(&target, &settings[i])
                          : reach_flat(&target, settings, count)) {
                targets[used++] = target;
            }
        }
    }
    return used;
}

bool target_met(const struct target *target)
{
    const struct comparison *comparison = target->comparison;
    double half = comparison->aim < 0.1 ? 0.0005 : 0.005;

    return comparison->at_least ? target->reached >= comparison->aim - half
                                : target->reached < comparison->aim + half;
}
