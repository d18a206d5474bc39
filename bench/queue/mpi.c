// SPDX-License-Identifier: Apache-2.0
// bench-queue-mpi: two processes of Open MPI, of which the first one gets
// orders from bench-queue: "WHAT MILLISECONDS", answered with picoseconds. The
// arguments are the size of a message, and "one", "two" or "unpinned".
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#include "bench/common/system.h"
#include "bench/queue/pin.h"

#define TRIAL 200U // messages that tell how many fill a time
#define SAMPLES_MAX 65536U
#define NAP_US 1000
#define TAG_ORDER 1
#define TAG_MESSAGE 2

enum { PING = 1, STREAM, END };

struct order {
    int what;
    int size;
    unsigned count;
};

static char *message;
static int64_t samples[SAMPLES_MAX];
static unsigned sample_count;

int row_fail(const char *what, int error); // for the files that are shared

int row_fail(const char *what, int error)
{
    fprintf(stderr, "bench-queue-mpi: %s: %s\n", what, strerror(error));
    return -1;
}

static void put(int size, int to)
{
    MPI_Send(message, size, MPI_BYTE, to, TAG_MESSAGE, MPI_COMM_WORLD);
}

static void get(int size, int from)
{
    MPI_Recv(message, size, MPI_BYTE, from, TAG_MESSAGE, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
}

// ---- the other process ----

static void obey(const struct order *order)
{
    for (unsigned i = 0; i < order->count; i++) {
        get(order->size, 0);
        if (order->what == PING) {
            put(order->size, 0);
        }
    }
    if (order->what == STREAM) {
        put(1, 0);
    }
}

// Waiting for an order would use a whole processor, which others need.
static void serve(void)
{
    struct order order = {.what = 0};

    while (order.what != END) {
        int there = 0;
        while (!there) {
            bench_sleep_us(NAP_US);
            MPI_Iprobe(0, TAG_ORDER, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
        }
        MPI_Recv(&order, sizeof(order), MPI_BYTE, 0, TAG_ORDER, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        if (order.what != END) {
            obey(&order);
        }
    }
}

// ---- the process that gets orders ----

static void tell(int what, int size, unsigned count)
{
    struct order order = {what, size, count};

    MPI_Send(&order, sizeof(order), MPI_BYTE, 1, TAG_ORDER, MPI_COMM_WORLD);
}

// The other one may nap: the first message waits for it and does not count.
static int64_t ping(int size, unsigned count, bool each)
{
    tell(PING, size, count + 1);
    put(size, 1);
    get(size, 1);
    int64_t began = bench_now();
    int64_t then = began;
    for (unsigned i = 0; i < count; i++) {
        put(size, 1);
        get(size, 1);
        if (each) {
            int64_t now = bench_now();
            samples[i] = now - then;
            then = now;
        }
    }
    return bench_now() - began;
}

static int64_t stream(int size, unsigned count)
{
    tell(PING, size, 1); // now it is awake
    put(size, 1);
    get(size, 1);
    tell(STREAM, size, count);
    MPI_Ssend(message, size, MPI_BYTE, 1, TAG_MESSAGE, MPI_COMM_WORLD);
    int64_t began = bench_now();
    for (unsigned i = 1; i < count; i++) {
        put(size, 1);
    }
    get(1, 1);
    return bench_now() - began;
}

static unsigned fitting(int64_t elapsed, unsigned count, unsigned slot_ms)
{
    double fits = (double) slot_ms * 1e6 / (double) (elapsed + 1) * count;
    return fits < 2 ? 2 : fits > 1e8 ? 100000000 : (unsigned) fits;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *) left;
    int64_t b = *(const int64_t *) right;

    return (a > b) - (a < b);
}

static double do_ping(int size, unsigned slot_ms)
{
    unsigned count = fitting(ping(size, TRIAL, false), TRIAL, slot_ms / 2);

    sample_count = count > SAMPLES_MAX ? SAMPLES_MAX : count;
    (void) ping(size, sample_count, true);
    qsort(samples, sample_count, sizeof(samples[0]), compare);
    return (double) ping(size, count, false) / count / 2;
}

static double do_stream(int size, unsigned slot_ms)
{
    unsigned trial = size > 4096 ? 8 : TRIAL;
    unsigned count = fitting(stream(size, trial), trial, slot_ms);

    return (double) stream(size, count) / count;
}

static double share(double part)
{
    unsigned at = (unsigned) (part * sample_count);
    return (double) samples[at < sample_count ? at : sample_count - 1] / 2;
}

static double do_order(const char *what, unsigned number, int size)
{
    return strncmp(what, "ping:", 5) == 0
               ? do_ping((int) strtol(what + 5, NULL, 10), number)
           : strcmp(what, "stream") == 0 ? do_stream(size, number)
           : strcmp(what, "p50") == 0    ? share(0.5)
           : strcmp(what, "p99") == 0    ? share(0.99)
                                         : share(0.999);
}

static void take_orders(int size)
{
    char line[64];
    char what[32];
    unsigned number = 0;

    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin) != NULL &&
           sscanf(line, "%31s %u", what, &number) == 2) {
        printf("%.0f\n", do_order(what, number, size) * 1000);
        fflush(stdout);
    }
    tell(END, 0, 0);
}

int main(int argc, char **argv)
{
    int size = argc == 3 ? (int) strtol(argv[1], NULL, 10) : 0;
    int rank = 0;
    int r = 0;

    if (size <= 0 || MPI_Init(&argc, &argv) != MPI_SUCCESS) {
        return EXIT_FAILURE;
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    message = calloc(1, size > 1024 ? (size_t) size : 1024);
    if (strcmp(argv[2], "unpinned") != 0) {
        r = pin_to(strcmp(argv[2], "one") == 0 ? 1 : (unsigned) rank);
    }
    if (message == NULL || r < 0) {
        MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
        return EXIT_FAILURE;
    }
    if (rank == 0) {
        take_orders(size);
    } else {
        serve();
    }
    MPI_Finalize();
    free(message);
    return EXIT_SUCCESS;
}
