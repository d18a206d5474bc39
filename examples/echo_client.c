// SPDX-License-Identifier: Apache-2.0
// Sends values of every kind to echo_server.c, or to an echo server written in
// Python, and looks whether they come back; then messages of bytes, and tells
// how fast that was.
#include "address_file.h"
#include "echo_place.h"
#include "echo_values.h"
#include "portable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 10000
#define ANSWER_MS 30000
#define CLIENTS_MOST 100

static const char usage[] =
    "usage: echo_client ADDRESS (--authkey-file F | --open) [OPTION...]\n"
    "Sends values of every kind and looks whether they come "
    "back.\n\n" ECHO_PLACE_USAGE
    "  --count N          then sends N messages of bytes, and tells how fast\n"
    "                     they came back\n"
    "  --size BYTES       of each of them (1000)\n"
    "  --clients N        does so in N processes at once (1)\n"
    "  --stop KIND        tells the server to stop at the end, by a message\n"
    "                     that is a text or bytes\n"
    "  --address-file F   the address is in this file, which may be written\n"
    "                     later: see echo_server\n";

// In one piece, as an argument of the processes.
typedef struct plan {
    echo_place_t place;
    long long count;
    long long size;
    long long clients;
    enum { GO_ON, STOP_BY_TEXT, STOP_BY_BYTES } stop;
} plan_t;

static int complain(const char *what)
{
    (void) fprintf(stderr, "%s: %s\n", what, mp_last_error()->message);
    return 1;
}

static int connect_to(mp_connection_t **connection, const echo_place_t *place)
{
    mp_client_options_t options = {.family = place->family,
                                   .authkey =
                                       place->has_key ? place->key : NULL,
                                   .authkey_size = place->key_size,
                                   .open = place->open,
                                   .min_digest = place->min_digest};

    return mp_client(connection, place->address, &options, CONNECT_MS);
}

// ---- values ----

static bool comes_back(mp_connection_t *connection, const mp_any_t *value)
{
    mp_any_t *answer = NULL;

    int r = mp_connection_send(connection, value, ANSWER_MS);
    if (r == 0) {
        r = mp_connection_recv(connection, &answer, ANSWER_MS);
    }
    if (r < 0) {
        (void) complain("a value");
        return false;
    }
    bool same = mp_any_type(answer) == mp_any_type(value) &&
                mp_any_equal(answer, value) == 1;
    if (!same) {
        (void) fprintf(stderr, "another value came back\n");
    }
    mp_any_destroy(answer);
    return same;
}

// Each one, and all of them as one.
static bool values_come_back(mp_connection_t *connection, size_t *count)
{
    mp_any_t *values = NULL;
    mp_any_t *value = NULL;
    size_t position = 0;

    if (echo_values(&values) < 0) {
        (void) complain("values");
        return false;
    }
    bool same = comes_back(connection, values);
    while (same && mp_any_next(values, &position, NULL, &value)) {
        same = comes_back(connection, value);
    }
    *count = mp_any_size(values) + 1;
    mp_any_destroy(values);
    return same;
}

// ---- bytes ----

static bool exchange(mp_connection_t *connection, const plan_t *plan,
                     unsigned char *sent, unsigned char *got)
{
    size_t size = (size_t) plan->size;
    size_t length = 0;

    for (long long i = 0; i < plan->count; i++) {
        if (size > 0) {
            sent[0] = (unsigned char) i;
        }
        int r = mp_connection_send_bytes(connection, sent, size, ANSWER_MS);
        if (r == 0) {
            r = mp_connection_recv_bytes(connection, got, size, &length,
                                         ANSWER_MS);
        }
        if (r < 0) {
            (void) complain("a message");
            return false;
        }
        if (length != size || memcmp(sent, got, size) != 0) {
            (void) fprintf(stderr, "another message came back\n");
            return false;
        }
    }
    return true;
}

static bool bytes_come_back(mp_connection_t *connection, const plan_t *plan)
{
    size_t room = (size_t) plan->size + 1;
    unsigned char *sent = malloc(room);
    unsigned char *got = malloc(room);
    bool same = false;

    if (sent == NULL || got == NULL) {
        (void) fprintf(stderr, "no memory for messages of that size\n");
    } else {
        for (size_t i = 0; i < room; i++) {
            sent[i] = (unsigned char) (i * 31 >> 3);
        }
        same = exchange(connection, plan, sent, got);
    }
    free(sent);
    free(got);
    return same;
}

static bool measure(mp_connection_t *connection, const plan_t *plan)
{
    double start = seconds_now();
    double count = (double) plan->count;

    if (plan->count == 0) {
        return true;
    }
    if (!bytes_come_back(connection, plan)) {
        return false;
    }
    double took = seconds_now() - start;
    (void) printf("%lld messages of %lld bytes: %.0f a second, %.1f MB/s\n",
                  plan->count, plan->size, count / took,
                  count * (double) plan->size / took / 1e6);
    return true;
}

// ---- the clients ----

// In a process of its own.
static int talk(const mp_args_t *args)
{
    mp_connection_t *connection = NULL;
    size_t size = 0;
    size_t count = 0;
    plan_t plan;

    memcpy(&plan, mp_args_bytes(args, 0, &size), sizeof(plan));
    if (connect_to(&connection, &plan.place) < 0) {
        return complain(plan.place.address);
    }
    bool same = values_come_back(connection, &count);
    if (same) {
        (void) printf("%zu values came back\n", count);
    }
    same = same && measure(connection, &plan);
    mp_connection_destroy(connection);
    return same ? 0 : 1;
}
MP_TARGET(talk)

// How many of them went well.
static long long wait_for(mp_process_t **processes, long long count)
{
    long long well = 0;

    for (long long i = 0; i < count; i++) {
        well += mp_process_join(processes[i], MP_FOREVER) == 0 &&
                mp_process_exitcode(processes[i]) == 0;
        mp_process_destroy(processes[i]);
    }
    return well;
}

static int run_clients(const plan_t *plan)
{
    mp_process_t *processes[CLIENTS_MOST];
    long long started = 0;
    int r = 0;

    while (r == 0 && started < plan->clients) {
        mp_process_t *process = NULL;
        r = mp_process_create(&process, talk,
                              MP_ARGS(MP_BYTES(plan, sizeof(*plan))), NULL);
        if (r == 0) {
            r = mp_process_start(process);
        }
        if (r < 0) {
            (void) complain("a process");
            mp_process_destroy(process);
        } else {
            processes[started++] = process;
        }
    }
    return wait_for(processes, started) == plan->clients ? 0 : 1;
}

static int stop_server(const plan_t *plan)
{
    mp_connection_t *connection = NULL;
    mp_any_t *stop = NULL;

    int r = plan->stop == STOP_BY_TEXT
                ? mp_any_text(&stop, "stop", MP_ANY_WHOLE)
                : 0;
    if (r == 0) {
        r = connect_to(&connection, &plan->place);
    }
    if (r == 0) {
        r = stop != NULL
                ? mp_connection_send(connection, stop, ANSWER_MS)
                : mp_connection_send_bytes(connection, "stop", 4, ANSWER_MS);
    }
    if (r == 0) { // or it might close before the server has read it
        r = mp_connection_poll(connection, ANSWER_MS);
    }
    if (r < 0) {
        (void) complain("stop");
    }
    mp_connection_destroy(connection);
    mp_any_destroy(stop);
    return r < 0 ? 1 : 0;
}

// ---- the command line ----

static bool read_stop(plan_t *plan, const char *kind)
{
    plan->stop = strcmp(kind, "bytes") == 0 ? STOP_BY_BYTES : STOP_BY_TEXT;
    return plan->stop == STOP_BY_BYTES || strcmp(kind, "text") == 0;
}

static bool read_address_file(plan_t *plan, const char *path)
{
    return address_file_read(path, plan->place.address,
                             sizeof(plan->place.address));
}

// As echo_place_option().
static int read_option(plan_t *plan, char **argv)
{
    bool right = false;

    if (argv[1] == NULL) {
        return echo_place_option(&plan->place, argv);
    }
    if (strcmp(argv[0], "--count") == 0) {
        right = echo_number(argv[1], 1000000000, &plan->count);
    } else if (strcmp(argv[0], "--size") == 0) {
        right = echo_number(argv[1], 256 << 20, &plan->size);
    } else if (strcmp(argv[0], "--clients") == 0) {
        right = echo_number(argv[1], CLIENTS_MOST, &plan->clients);
    } else if (strcmp(argv[0], "--stop") == 0) {
        right = read_stop(plan, argv[1]);
    } else if (strcmp(argv[0], "--address-file") == 0) {
        right = read_address_file(plan, argv[1]);
    } else {
        return echo_place_option(&plan->place, argv);
    }
    return right ? 2 : -1;
}

static bool read_line(plan_t *plan, char **argv)
{
    while (*argv != NULL) {
        int used = read_option(plan, argv);
        if (used == 0 && strncmp(*argv, "--", 2) != 0 &&
            plan->place.address[0] == '\0') {
            used = echo_place_address(&plan->place, *argv) ? 1 : -1;
        }
        if (used <= 0) {
            return false;
        }
        argv += used;
    }
    return plan->place.address[0] != '\0' && echo_place_is_whole(&plan->place);
}

int main(int argc, char **argv)
{
    static plan_t plan = {.size = 1000, .clients = 1};

    mp_freeze_support(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void) fputs(usage, stdout);
        return 0;
    }
    if (argc < 2 || !read_line(&plan, argv + 1)) {
        (void) fputs(usage, stderr);
        return 2;
    }
    int code = run_clients(&plan);
    if (plan.stop != GO_ON && stop_server(&plan) != 0) {
        code = 1;
    }
    return code;
}
