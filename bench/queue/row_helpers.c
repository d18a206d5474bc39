// SPDX-License-Identifier: Apache-2.0
// What other programs measure for this one: Open MPI and CPython. The number in
// an order is the milliseconds to take; the answer is the picoseconds of a
// message, as the cheapest take few nanoseconds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/common/helper.h"
#include "bench/queue/groups.h"
#include "bench/queue/play.h"

#define PICOSECONDS 1000.0

// A row's `data`.
struct errand {
    struct helper *helper;
    const char *order;
};

static int ask(const struct errand *errand, const char *order, unsigned number,
               double *value)
{
    int64_t answer = 0;

    if (helper_ask(errand->helper, order, number, &answer) < 0) {
        return -1;
    }
    *value = (double) answer / PICOSECONDS;
    return 0;
}

// After a measurement of latency the helper tells of each message.
static int fill(const struct row *row, unsigned slot_ms, double *values)
{
    static const char *const shares[] = {"p50", "p99", "p999"};
    const struct errand *errand = row->data;

    int r = ask(errand, errand->order, slot_ms, &values[0]);
    if (row->quantity_count == 1) {
        return r;
    }
    for (size_t i = 0; r == 0 && i < sizeof(shares) / sizeof(shares[0]); i++) {
        r = ask(errand, shares[i], 0, &values[1 + i]);
    }
    return r;
}

// How this setting is told to a program: a size, and which processors.
static void tell(char *size, char *placement, size_t room,
                 const struct setting *setting)
{
    struct terms terms = terms_of(setting);

    snprintf(size, room, "%zu", terms.size > 0 ? terms.size : 8);
    snprintf(placement, room, "%s",
             terms_are_one(&terms)   ? "one"
             : terms_are_two(&terms) ? "two"
                                     : "unpinned");
}

#define LATENCY(the_helper, text, its_order, about, size)                      \
    {                                                                          \
        .name = text, .what = about ", there and back", .fill = fill,          \
        .quantities = play_latency, .quantity_count = RESULTS_MAX,             \
        .number = UNDER_AWAKE, .data = &(const struct errand)                  \
        {                                                                      \
            &(the_helper), its_order ":" size                                  \
        }                                                                      \
    }
#define ALL_ROWS(the_helper, text, its_order, about)                           \
    LATENCY(the_helper, text "/8", its_order "ping", about, "8")               \
    , LATENCY(the_helper, text "/1K", its_order "ping", about, "1024"),        \
    {                                                                          \
        .name = text "/1-1", .what = about ", one way", .fill = fill,          \
        .quantities = play_time, .quantity_count = 1, .number = UNDER_SIZES,   \
        .data = &(const struct errand)                                         \
        {                                                                      \
            &(the_helper), its_order "stream"                                  \
        }                                                                      \
    }

// ---- CPython ----

static struct helper cpython = {.name = "CPython"};

static int cpython_open(const struct setting *setting)
{
    char size[24];
    char placement[24];
    char both[64];

    tell(size, placement, sizeof(size), setting);
    snprintf(both, sizeof(both), "%s/%s", size, placement);
    return helper_start_python(&cpython, "cpython_queue.py", both);
}

static void cpython_close(void)
{
    helper_stop(&cpython);
}

static const struct row cpython_rows[] = {
    ALL_ROWS(cpython, "cpython-queue", "queue-", "CPython's Queue of bytes"),
    ALL_ROWS(cpython, "cpython-simple", "simple-",
             "CPython's SimpleQueue of bytes"),
};

const struct row_group group_cpython = {
    .rows = cpython_rows,
    .count = sizeof(cpython_rows) / sizeof(cpython_rows[0]),
    .open = cpython_open,
    .close = cpython_close,
};

// ---- Open MPI ----

#if MP_HAVE_MPI
static struct helper mpi = {.name = "Open MPI"};

// Its processes look without end while they wait: where both are on one
// processor they must give it away.
static int mpi_open(const struct setting *setting)
{
    char size[24];
    char placement[24];
    char *path = bench_beside("bench-queue-mpi");

    tell(size, placement, sizeof(size), setting);
    const char *argv[] = {MP_MPIEXEC,
                          "-np",
                          "2",
                          "--allow-run-as-root",
                          "--oversubscribe",
                          "--bind-to",
                          "none",
                          "--mca",
                          "pml",
                          "ob1",
                          "--mca",
                          "btl",
                          "self,vader",
                          "--mca",
                          "mpi_yield_when_idle",
                          strcmp(placement, "one") == 0 ? "1" : "0",
                          path,
                          size,
                          placement,
                          NULL};
    int r = path == NULL ? -1 : helper_start(&mpi, argv);
    free(path);
    return r;
}

static void mpi_close(void)
{
    helper_stop(&mpi);
}

static const struct row mpi_rows[] = {
    ALL_ROWS(mpi, "mpi", "", "Open MPI over shared memory"),
};

const struct row_group group_mpi = {
    .rows = mpi_rows,
    .count = sizeof(mpi_rows) / sizeof(mpi_rows[0]),
    .open = mpi_open,
    .close = mpi_close,
};
#endif
