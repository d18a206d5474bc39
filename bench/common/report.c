// SPDX-License-Identifier: Apache-2.0
#include "bench/common/report.h"

#include <stdbool.h>
#include <stdio.h>

#include "bench/common/json.h"
#include "bench/common/target.h"

static int flushed(void)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

static void print_figure(const struct figures *figures,
                         const struct figure *figure)
{
    const struct comparison *next = target_next(figures, figure->name, NULL);
    double median = figures_median(figures, figure);

    printf("%-26s %12.*f %-8s", figure->name,
           median < 1    ? 3
           : median < 10 ? 2
                         : 1,
           median, figure->unit);
    for (bool first = true; next != NULL; first = false) {
        printf("%*s%9.3g x %s", first ? 0 : 48, "", target_ratio(figures, next),
               next->peer);
        next = target_next(figures, figure->name, next);
        if (next != NULL) {
            putchar('\n');
        }
    }
    putchar('\n');
}

int report_table(const struct figures *figures)
{
    printf("%s%s%s, medians of %u rounds\n", figures->bench->title,
           figures->setting.name[0] == '\0' ? "" : ", ", figures->setting.name,
           figures->rounds);
    for (size_t i = 0; i < figures->count; i++) {
        print_figure(figures, &figures->items[i]);
    }
    putchar('\n');
    return flushed();
}

static void print_target(const struct target *target)
{
    const struct comparison *comparison = target->comparison;
    char what[2 * FIGURE_NAME_MAX + 32];

    if (comparison->flat) {
        snprintf(what, sizeof(what), "%s / the same, %s", comparison->row,
                 target->peer_figures->setting.name);
    } else if (comparison->peer == NULL) {
        const struct figure *of =
            figures_find(target->figures, comparison->row);
        snprintf(what, sizeof(what), "%s %s", comparison->row, of->unit);
    } else {
        snprintf(what, sizeof(what), "%s / %s", comparison->row,
                 comparison->peer);
    }
    printf("%-20s %-44s %s %5.4g %9.3g  %s\n", target->figures->setting.name,
           what, comparison->at_least ? ">=" : "<=", comparison->aim,
           target->reached, target_met(target) ? "met" : "missed");
}

int report_targets(const struct figures *settings, size_t count)
{
    struct target targets[TARGETS_MAX];
    size_t used = target_all(targets, settings, count);

    if (used == 0) {
        return 0; // what is aimed at was not among the rows
    }
    printf("%-65s %8s %9s\n", "Targets", "aim", "reached");
    for (size_t i = 0; i < used; i++) {
        print_target(&targets[i]);
    }
    return flushed();
}

// One line for each ratio of a figure, or one without a ratio.
int report_json(const struct figures *figures)
{
    int r = 0;

    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];
        const struct comparison *next =
            target_next(figures, figure->name, NULL);
        do {
            bench_json_t line;
            bench_json_begin(&line, stdout);
            bench_json_text(&line, "row", figure->name);
            bench_json_text(&line, "setting", figures->setting.name);
            bench_json_text(&line, "unit", figure->unit);
            bench_json_number(&line, "median", figures_median(figures, figure));
            if (next != NULL) {
                bench_json_number(&line, "ratio", target_ratio(figures, next));
                bench_json_text(&line, "peer", next->peer);
                next = target_next(figures, figure->name, next);
            }
            r = bench_json_end(&line) < 0 ? -1 : r;
        } while (next != NULL);
    }
    return r;
}

int report_json_targets(const struct figures *settings, size_t count)
{
    struct target targets[TARGETS_MAX];
    size_t used = target_all(targets, settings, count);
    int r = 0;

    for (size_t i = 0; i < used; i++) {
        const struct comparison *comparison = targets[i].comparison;
        bench_json_t line;
        bench_json_begin(&line, stdout);
        bench_json_text(&line, "target", comparison->row);
        bench_json_text(&line, "setting", targets[i].figures->setting.name);
        if (comparison->peer != NULL) {
            bench_json_text(&line, "peer", comparison->peer);
            bench_json_text(&line, "peer_setting",
                            targets[i].peer_figures->setting.name);
        }
        bench_json_text(&line, "bound", comparison->at_least ? ">=" : "<=");
        bench_json_number(&line, "aim", comparison->aim);
        bench_json_number(&line, "reached", targets[i].reached);
        bench_json_text(&line, "result",
                        target_met(&targets[i]) ? "met" : "missed");
        r = bench_json_end(&line) < 0 ? -1 : r;
    }
    return r;
}
