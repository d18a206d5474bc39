// SPDX-License-Identifier: Apache-2.0
#include "bench/process/report.h"

#include <stdbool.h>
#include <stdio.h>

#include "bench/common/json.h"
#include "bench/process/target.h"

static int flushed(void)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

static void print_row(const struct figures *figures,
                      const struct figure *figure)
{
    const char *name = figure->row->name;
    const struct comparison *next = target_next(figures, name, NULL);

    printf("%-20s %12.1f", name, figures_median(figures, figure));
    for (bool first = true; next != NULL; first = false) {
        printf("%*s%8.2f x %s", first ? 0 : 33, "", target_ratio(figures, next),
               next->peer);
        next = target_next(figures, name, next);
        if (next != NULL) {
            putchar('\n');
        }
    }
    putchar('\n');
}

int report_table(const struct figures *figures)
{
    printf("Start and join with a parent of %u MB, medians of %u rounds\n",
           figures->size_mb, figures->rounds);
    printf("%-20s %12s %7s\n", "", "microseconds", "ratio");
    for (size_t i = 0; i < figures->count; i++) {
        print_row(figures, &figures->items[i]);
    }
    putchar('\n');
    return flushed();
}

int report_targets(const struct figures *sizes, size_t count)
{
    struct target targets[TARGETS_MAX];
    size_t used = target_all(targets, sizes, count);

    if (used == 0) {
        return 0; // what is aimed at was not among the rows
    }
    printf("%-32s %10s %10s\n", "Targets", "aim", "reached");
    for (size_t i = 0; i < used; i++) {
        const struct target *target = &targets[i];
        char what[80];
        if (target->size_mb == target->peer_size_mb) {
            snprintf(what, sizeof(what), "%s / %s", target->row, target->peer);
        } else {
            snprintf(what, sizeof(what), "%s / the same at %u MB", target->row,
                     target->peer_size_mb);
        }
        printf("%5u MB  %-28s %5.2f %9.2f  %s\n", target->size_mb, what,
               target->aim, target->reached,
               target_met(target) ? "met" : "missed");
    }
    return flushed();
}

// One line for each ratio of a row, or one without a ratio.
int report_json(const struct figures *figures)
{
    int r = 0;

    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];
        const char *name = figure->row->name;
        const struct comparison *next = target_next(figures, name, NULL);
        do {
            bench_json_t line;
            bench_json_begin(&line, stdout);
            bench_json_text(&line, "row", name);
            bench_json_int(&line, "size_mb", figures->size_mb);
            bench_json_number(&line, "microseconds",
                              figures_median(figures, figure));
            if (next != NULL) {
                bench_json_number(&line, "ratio", target_ratio(figures, next));
                bench_json_text(&line, "peer", next->peer);
                next = target_next(figures, name, next);
            }
            r = bench_json_end(&line) < 0 ? -1 : r;
        } while (next != NULL);
    }
    return r;
}

int report_json_targets(const struct figures *sizes, size_t count)
{
    struct target targets[TARGETS_MAX];
    size_t used = target_all(targets, sizes, count);
    int r = 0;

    for (size_t i = 0; i < used; i++) {
        bench_json_t line;
        bench_json_begin(&line, stdout);
        bench_json_text(&line, "target", targets[i].row);
        bench_json_int(&line, "size_mb", targets[i].size_mb);
        bench_json_text(&line, "peer", targets[i].peer);
        bench_json_int(&line, "peer_size_mb", targets[i].peer_size_mb);
        bench_json_number(&line, "aim", targets[i].aim);
        bench_json_number(&line, "reached", targets[i].reached);
        bench_json_text(&line, "result",
                        target_met(&targets[i]) ? "met" : "missed");
        r = bench_json_end(&line) < 0 ? -1 : r;
    }
    return r;
}
