// SPDX-License-Identifier: Apache-2.0
// Two to eight processes hammer shared objects; they are killed at random
// moments and replaced, and after each death the others must go on within a
// second and shared memory be whole.
// Usage: stress [--seconds N] [--seed N] [--only TEXT] [--method NAME]
#include "tests/stress/stress.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "core/check.h"
#include "platform/platform.h"

#define ROWS 60
#define MS INT64_C(1000000)
#define FEW_MS 3

static struct {
    int64_t seconds;
    uint64_t seed;
    const char *only;
    const char *method;
} options = {1, 0, NULL, NULL};

const stress_row_t *stress_rows[ROWS];
static size_t row_count;

// One run of a row.
typedef struct run {
    const stress_row_t *row;
    int number; // of the row
    stress_page_t *page;
    mp_process_t *workers[STRESS_WORKERS];
    int count;
    int deaths;
    uint64_t random;
} run_t;

// What a failed row has left, in shared memory also, is nothing to begin with.
static bool failed;

static void end_all(run_t *run)
{
    for (int i = 0; i < run->count; i++) {
        if (run->workers[i] != NULL) {
            (void) mp_process_kill(run->workers[i]);
            (void) mp_process_join(run->workers[i], 10 * STRESS_LIMIT_MS);
            mp_process_destroy(run->workers[i]);
            run->workers[i] = NULL;
        }
    }
}

static void fail_run(run_t *run, const char *what)
{
    failed = true;
    print_message("processes that %s, after %d deaths (seed %llu): %s\n",
                  run->row->name, run->deaths,
                  (unsigned long long) options.seed, what);
    (void) fflush(stdout);
    end_all(run);
    fail();
}

static int create_worker(mp_process_t **out, const stress_order_t *order)
{
    if (stress_ends[0] != NULL) {
        return mp_process_create(out, stress_work,
                                 MP_ARGS(MP_BYTES(order, sizeof(*order)),
                                         stress_ends[0], stress_ends[1]),
                                 NULL);
    }
    if (stress_listener != NULL) {
        return mp_process_create(
            out, stress_work,
            MP_ARGS(MP_BYTES(order, sizeof(*order)), stress_listener), NULL);
    }
    return mp_process_create(out, stress_work,
                             MP_ARGS(MP_BYTES(order, sizeof(*order))), NULL);
}

static void start_worker(run_t *run, int index)
{
    stress_order_t order = {mp__object_reference(&run->page->head), run->number,
                            index, run->random | 1};

    (void) stress_random(&run->random, 2);
    if (create_worker(&run->workers[index], &order) < 0 ||
        mp_process_start(run->workers[index]) < 0) {
        fail_run(run, mp_last_error()->message);
    }
}

// ---- what must hold after a death ----

static void expect_whole(run_t *run, mp__census_t *census, bool quiet)
{
    if (mp__arena_check(census, quiet) < 0) {
        fail_run(run, mp_last_error()->message);
    }
}

// Whether it has done something since it had done `seen`.
static bool goes_on(const run_t *run, int index, unsigned seen)
{
    return atomic_load(&run->page->progress[index]) != seen ||
           atomic_load(&run->page->wrong) != 0;
}

static void kick(run_t *run)
{
    const char *wrong =
        run->row->kick == NULL ? NULL : run->row->kick(run->page);

    if (wrong != NULL) {
        fail_run(run, wrong);
    }
}

static void expect_progress(run_t *run, int dead)
{
    unsigned seen[STRESS_WORKERS];
    const int count = run->count;
    int64_t from = mp_plat_now();

    for (int i = 0; i < count; i++) {
        seen[i] = atomic_load(&run->page->progress[i]);
    }
    for (int i = 0; i < count; i++) {
        while (i != dead && !goes_on(run, i, seen[i])) {
            if (mp_plat_now() - from > STRESS_LIMIT_MS * MS) {
                fail_run(run, "a process does not go on");
            }
            kick(run);
            mp_plat_yield();
        }
    }
}

static void expect_no_error(run_t *run)
{
    int number = atomic_load(&run->page->wrong);
    char text[100];

    if (number != 0) {
        (void) snprintf(text, sizeof(text), "a worker found error %d", number);
        fail_run(run, text);
    }
}

static void check_run(run_t *run, int dead)
{
    mp__census_t census;

    expect_whole(run, &census, false);
    const char *wrong =
        run->row->check == NULL ? NULL : run->row->check(run->page);
    expect_no_error(run);
    if (wrong != NULL) {
        fail_run(run, wrong);
    }
    expect_progress(run, dead);
    expect_no_error(run);
}

// ---- one run ----

static void kill_one(run_t *run)
{
    int index = (int) stress_random(&run->random, (uint64_t) run->count);
    mp_process_t *worker = run->workers[index];

    if (mp_process_kill(worker) < 0 ||
        mp_process_join(worker, 10 * STRESS_LIMIT_MS) < 0) {
        fail_run(run, "a process cannot be killed");
    }
    run->workers[index] = NULL;
    mp_process_destroy(worker);
    atomic_store(&run->page->dead, index);
    run->deaths++;
    check_run(run, index);
    start_worker(run, index);
}

// A moment of random length.
static void let_work(run_t *run)
{
    int64_t until =
        mp_plat_now() + (int64_t) stress_random(&run->random, 8) * MS / 2;
    while (mp_plat_now() < until) {
        mp_plat_yield();
    }
}

static void await_end(run_t *run, mp_process_t *worker)
{
    int64_t from = mp_plat_now();

    while (mp_process_join(worker, FEW_MS) < 0) {
        if (mp_plat_now() - from > 10 * STRESS_LIMIT_MS * MS) {
            fail_run(run, "a process does not end");
        }
        kick(run);
    }
}

static void end_workers(run_t *run)
{
    atomic_store(&run->page->stop, 1);
    for (int i = 0; i < run->count; i++) {
        await_end(run, run->workers[i]);
        if (mp_process_exitcode(run->workers[i]) != 0) {
            fail_run(run, "a process failed");
        }
        mp_process_destroy(run->workers[i]);
        run->workers[i] = NULL;
    }
}

static void begin_run(run_t *run, mp__census_t *census)
{
    mp__object_t *page = NULL;

    mp__members_recover(0);
    expect_whole(run, census, true);
    if (mp__object_new(&page, sizeof(*run->page)) < 0) {
        fail_run(run, mp_last_error()->message);
    }
    mp__object_made(page, MP__TYPE_BLOCK);
    run->page = (stress_page_t *) (void *) page;
    stress_spent = false;
    atomic_store(&run->page->count, run->count);
    if (run->row->setup != NULL && !run->row->setup(run->page)) {
        fail_run(run, mp_last_error()->message);
    }
    for (int i = 0; i < run->count; i++) {
        start_worker(run, i);
    }
}

static void end_run(run_t *run, const mp__census_t *was)
{
    mp__census_t is;

    end_workers(run);
    const char *wrong =
        run->row->settle == NULL ? NULL : run->row->settle(run->page);
    if (wrong != NULL) {
        fail_run(run, wrong);
    }
    if (run->row->clear != NULL) {
        run->row->clear(run->page);
    }
    mp__object_drop(&run->page->head);
    mp__members_recover(0);
    expect_whole(run, &is, true);
    if (is.blocks != was->blocks || is.cells != was->cells ||
        is.holders != was->holders || is.limbo != was->limbo) {
        char text[200];
        (void) snprintf(text, sizeof(text),
                        "blocks %zu->%zu, cells %zu->%zu, holders %zu->%zu, "
                        "limbo %zu->%zu",
                        was->blocks, is.blocks, was->cells, is.cells,
                        was->holders, is.holders, was->limbo, is.limbo);
        fail_run(run, text);
    }
}

static void run_row(void **state)
{
    mp__census_t census;
    run_t run = {.number = (int) (intptr_t) *state};

    if (failed) {
        skip();
    }
    run.row = stress_rows[run.number];
    run.random = (options.seed + (uint64_t) run.number) * 2654435761U + 1;
    run.count = 2 + (int) stress_random(&run.random, STRESS_WORKERS - 1);
    int64_t end = mp_plat_now() + options.seconds * 1000 * MS;
    begin_run(&run, &census);
    while (mp_plat_now() < end) {
        let_work(&run);
        kill_one(&run);
        if (stress_spent) {
            end_run(&run, &census);
            begin_run(&run, &census);
        }
    }
    end_run(&run, &census);
    print_message("processes that %s: %d of them, %d deaths\n", run.row->name,
                  run.count, run.deaths);
}

// ---- the program ----

static void add_rows(const stress_row_t *more, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        stress_rows[row_count++] = &more[i];
    }
}

static void read_options(int argc, char **argv)
{
    options.seed = (uint64_t) (mp_plat_now() / MS) ^ (uint64_t) mp_plat_pid();
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0) {
            options.seconds = strtol(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0) {
            options.seed = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0) {
            options.only = argv[i + 1];
        } else if (strcmp(argv[i], "--method") == 0) {
            options.method = argv[i + 1];
        }
    }
}

// Forked processes, where there are any: they are made the fastest.
static bool choose_method(void)
{
    if (options.method != NULL) {
        return mp_set_start_method(options.method, true) == 0;
    }
    return mp_set_start_method("fork", true) == 0 ||
           mp_set_start_method("spawn", true) == 0;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[ROWS];
    size_t count = 0;

    add_rows(stress_lock_rows, stress_lock_count);
    add_rows(stress_memory_rows, stress_memory_count);
    add_rows(stress_block_rows, stress_block_count);
    add_rows(stress_semaphore_rows, stress_semaphore_count);
    add_rows(stress_event_rows, stress_event_count);
    add_rows(stress_condition_rows, stress_condition_count);
    add_rows(stress_barrier_rows, stress_barrier_count);
    add_rows(stress_object_rows, stress_object_count);
    add_rows(stress_connection_rows, stress_connection_count);
    add_rows(stress_queue_rows, stress_queue_count);
#ifndef MP_NO_SHAREDCTYPES
    add_rows(stress_value_rows, stress_value_count);
#endif
    mp_freeze_support(argc, argv);
    read_options(argc, argv);
    (void) fprintf(stderr, "seed %llu\n", (unsigned long long) options.seed);
    if (!choose_method() || mp__arena_ready() < 0) {
        return 1;
    }
    for (size_t i = 0; i < row_count; i++) {
        if (options.only == NULL ||
            strstr(stress_rows[i]->name, options.only) != NULL) {
            tests[count++] =
                (struct CMUnitTest){stress_rows[i]->name, run_row, NULL, NULL,
                                    (void *) (intptr_t) i};
        }
    }
    return _cmocka_run_group_tests("killed at random", tests, count, NULL,
                                   NULL);
}
