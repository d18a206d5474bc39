// SPDX-License-Identifier: Apache-2.0
// Rows of a kind of lock: one process by itself, several for one lock.
#ifndef BENCH_SYNC_CONTEND_H
#define BENCH_SYNC_CONTEND_H

#include "bench/common/row.h"
#include "bench/sync/kind.h"

// A `run` and `has` of rows whose `data` is a kind, and whose `number` is how
// many processes contend.
int contend_alone(const struct row *row, unsigned count, int64_t *elapsed);
int contend_create(const struct row *row, unsigned count, int64_t *elapsed);
bool contend_has(const struct row *row);
// A `fill`: increments and hand-offs a second.
int contend_rates(const struct row *row, unsigned slot_ms, double *values);
// Another: what the least served process got, of the mean.
int contend_fairness(const struct row *row, unsigned slot_ms, double *values);

extern const struct quantity contend_rate_quantities[2];
extern const struct quantity contend_fair_quantity[1];

#define CONTEND_FAIR_MS 1000

#define CONTEND_ALONE(kind, text)                                              \
    {                                                                          \
        .name = text, .what = "one process: acquire and release",              \
        .run = contend_alone, .data = &kind_##kind                             \
    }
#define CONTEND_OTHER(kind, text, does)                                        \
    {                                                                          \
        .name = text, .what = does, .run = contend_alone, .data = &kind_##kind \
    }
#define CONTEND_CREATE(kind, text)                                             \
    {                                                                          \
        .name = text "/create", .what = "made and destroyed",                  \
        .run = contend_create, .data = &kind_##kind                            \
    }
#define CONTEND_RATES(kind, text, count)                                       \
    {                                                                          \
        .name = text "/" #count,                                               \
        .what = "increments a second by so many processes",                    \
        .fill = contend_rates, .quantities = contend_rate_quantities,          \
        .quantity_count = (count) > 1 ? 2 : 1, .data = &kind_##kind,           \
        .number = (count)                                                      \
    }
#define CONTEND_FAIR(kind, text, count)                                        \
    {                                                                          \
        .name = text "/" #count "/fair",                                       \
        .what = "the least served process, of the mean",                       \
        .fill = contend_fairness, .quantities = contend_fair_quantity,         \
        .quantity_count = 1, .slot_ms = CONTEND_FAIR_MS, .data = &kind_##kind, \
        .number = (count)                                                      \
    }
#define CONTEND_AMONG(kind, text)                                              \
    CONTEND_RATES(kind, text, 1)                                               \
    , CONTEND_RATES(kind, text, 2), CONTEND_RATES(kind, text, 4),              \
        CONTEND_FAIR(kind, text, 2), CONTEND_FAIR(kind, text, 4)

#endif
