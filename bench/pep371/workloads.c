// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/workloads.h"

#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#include "bench/pep371/functions.h"
#include "bench/pep371/list.h"
#include "bench/pep371/plugin.h"
#include "bench/pep371/support.h"

typedef int (*prepare_fn)(pep_workloads_t *workloads, mp_args_t *args,
                          apr_pool_t *pool);

static int prepare_file(pep_workloads_t *workloads, mp_args_t *args,
                        apr_pool_t *pool);
static int prepare_server(pep_workloads_t *workloads, mp_args_t *args,
                          apr_pool_t *pool);
static int prepare_queues(pep_workloads_t *workloads, mp_args_t *args,
                          apr_pool_t *pool);

// The file comes before the server: see pep_scratch_create().
static const struct builtin {
    const char *name;
    const char *what;
    mp_target_fn function;
    prepare_fn prepare;
    const pep_feed_t *feed;
    pep_call_t here; // what this process runs instead, where that differs
} builtins[] = {
    {.name = "empty_func",
     .what = "starting and joining, and nothing else",
     .function = empty_func},
    {.name = "fibonacci",
     .what = "50000 exact Fibonacci numbers",
     .function = fibonacci},
    {.name = "crunch_primes",
     .what = "the sum of the primes below 100000",
     .function = crunch_primes},
    {.name = "file_io",
     .what = "5000 lines from random places of a text file",
     .function = file_io,
     .prepare = prepare_file},
    {.name = "url_get",
     .what = "100 pages from a local HTTP server",
     .function = url_get,
     .prepare = prepare_server},
    {.name = "bench_queue",
     .what = "tasks from one queue, their results into another",
     .function = bench_queue,
     .prepare = prepare_queues,
     .feed = &pep_feed_processes,
     .here = {.function = bench_queue_threads, .feed = &pep_feed_threads}},
};
#define BUILTIN_COUNT (sizeof(builtins) / sizeof(builtins[0]))

// The items of MP_ARGS end with the block they are written in.
static mp_args_t keep_args(const mp_args_t *args, apr_pool_t *pool)
{
    mp_args_t kept = {
        args->count,
        apr_pmemdup(pool, args->items, args->count * sizeof(*args->items))};

    return kept;
}

static int prepare_file(pep_workloads_t *workloads, mp_args_t *args,
                        apr_pool_t *pool)
{
    size_t size = 0;
    char *text = pep_text(&size);

    if (text == NULL) {
        return pep_fail("no memory for the text");
    }
    int r = pep_scratch_create(&workloads->scratch, text, size, pool);
    free(text);
    if (r == 0) {
        *args = keep_args(MP_ARGS(pep_scratch_path(workloads->scratch)), pool);
    }
    return r;
}

static int prepare_server(pep_workloads_t *workloads, mp_args_t *args,
                          apr_pool_t *pool)
{
    int r = pep_server_start(&workloads->server, pool);

    if (r == 0) {
        *args = keep_args(MP_ARGS(workloads->server.port), pool);
    }
    return r;
}

static int prepare_queues(pep_workloads_t *workloads, mp_args_t *args,
                          apr_pool_t *pool)
{
    mp_queue_t *tasks = NULL;
    mp_queue_t *results = NULL;

    workloads->has_queues = true;
    int r =
        pep_queues_begin(&tasks, &results, workloads->tasks, workloads->room);
    if (r == 0) {
        *args = keep_args(MP_ARGS(tasks, results, workloads->tasks), pool);
    }
    return r;
}

static int add_builtin(pep_workloads_t *workloads,
                       const struct builtin *builtin, apr_pool_t *pool)
{
    pep_workload_t *workload = &workloads->list[workloads->count++];

    workload->name = builtin->name;
    workload->what = builtin->what;
    workload->copied.function = builtin->function;
    workload->copied.feed = builtin->feed;
    if (builtin->prepare != NULL) {
        int r = builtin->prepare(workloads, &workload->copied.args, pool);

        if (r != 0) {
            return r;
        }
    }
    workload->spawned = workload->copied;
    workload->here =
        builtin->here.function != NULL ? builtin->here : workload->copied;
    return 0;
}

static int add_plugin(pep_workloads_t *workloads, const pep_options_t *options,
                      apr_pool_t *pool)
{
    pep_workload_t *workload = &workloads->list[workloads->count++];
    const char *path = options->plugin;

    workload->name = options->plugin_function;
    workload->what = apr_psprintf(pool, "from %s", options->plugin);
    workload->spawned.function = plugin_worker;
    int r = pep_plugin_load(&workload->here.function, &path,
                            options->plugin_function, pool);
    workload->copied = workload->here;
    if (r == 0) {
        workload->spawned.args =
            keep_args(MP_ARGS(path, options->plugin_function), pool);
    }
    return r;
}

// Room for all tasks of the run with the most workers.
static size_t room_for_tasks(const pep_options_t *options)
{
    int most = 0;

    for (size_t i = 0; i < options->workers_count; i++) {
        most = options->workers[i] > most ? options->workers[i] : most;
    }
    return (size_t) most * (size_t) options->tasks;
}

int pep_workloads_check(const char *list)
{
    char name[64];

    while (pep_list_next(&list, name, sizeof(name))) {
        size_t i = 0;

        while (i < BUILTIN_COUNT && strcmp(builtins[i].name, name) != 0) {
            i++;
        }
        if (i == BUILTIN_COUNT) {
            return pep_fail("--functions: there is no \"%s\"", name);
        }
    }
    return 0;
}

int pep_workloads_begin(pep_workloads_t *workloads,
                        const pep_options_t *options, apr_pool_t *pool)
{
    *workloads = (pep_workloads_t){
        .tasks = options->tasks,
        .room = options->unbounded ? 0 : room_for_tasks(options)};
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        bool wanted = options->functions != NULL
                          ? pep_list_has(options->functions, builtins[i].name)
                          : options->plugin == NULL;

        if (wanted && add_builtin(workloads, &builtins[i], pool) != 0) {
            return -1;
        }
    }
    return options->plugin != NULL ? add_plugin(workloads, options, pool) : 0;
}

void pep_workloads_end(pep_workloads_t *workloads)
{
    if (workloads->has_queues) {
        pep_queues_end();
    }
    pep_server_stop(&workloads->server);
    pep_scratch_destroy(workloads->scratch);
}
