// SPDX-License-Identifier: Apache-2.0
// PEP 371's queue benchmark. The PEP shows its results only, so this is its
// shape: each worker gets its tasks from one queue, which it shares with all
// others, and puts a result of each into another. The tasks come from this
// program, and the results go there. Nobody ever waits for room: the tasks are
// put before a result is got.
#include "bench/pep371/feed.h"
#include "bench/pep371/functions.h"
#include "bench/pep371/support.h"
#include "bench/pep371/thread_queue.h"

#define TIMEOUT_MS (60 * 1000L) // a guard against hanging

// Both pairs are kept from one run to the next.
static struct {
    mp_queue_t *tasks;
    mp_queue_t *results;
    pep_thread_queue_t *thread_tasks;
    pep_thread_queue_t *thread_results;
    int each; // tasks of each worker
} queues;

static int64_t solve(int64_t task)
{
    return 2 * task + 1;
}

// The sum of what solve() makes of the tasks 0 to count - 1.
static int64_t sum_solved(int64_t count)
{
    return count * count;
}

int bench_queue(const mp_args_t *args)
{
    mp_queue_t *tasks = mp_args_queue(args, 0);
    mp_queue_t *results = mp_args_queue(args, 1);
    int64_t count = mp_args_int(args, 2);

    for (int64_t i = 0; i < count; i++) {
        int64_t item = 0;
        size_t size = 0;

        int r =
            mp_queue_get_bytes(tasks, &item, sizeof(item), &size, TIMEOUT_MS);
        if (r == MP_ESHUTDOWN) {
            return 0; // the run has failed already, and not here
        }
        if (r == 0) {
            item = solve(item);
            r = mp_queue_put_bytes(results, &item, sizeof(item), TIMEOUT_MS);
        }
        if (r < 0) {
            return mp_failure(1, "bench_queue: %s", mp_last_error()->message);
        }
    }
    return 0;
}
MP_TARGET(bench_queue)

int bench_queue_threads(const mp_args_t *args)
{
    (void) args;
    for (int i = 0; i < queues.each; i++) {
        int64_t item = 0;

        if (!pep_thread_queue_get(queues.thread_tasks, &item)) {
            return 0; // as above
        }
        if (!pep_thread_queue_put(queues.thread_results, solve(item))) {
            // Nobody has to wait for what does not come.
            pep_feed_threads.stop();
            return 1;
        }
    }
    return 0;
}

static int check(int64_t sum, int64_t count)
{
    return sum == sum_solved(count) ? 0 : pep_fail("the results are wrong");
}

static int give_processes(int workers)
{
    int64_t count = (int64_t) workers * queues.each;

    for (int64_t task = 0; task < count; task++) {
        if (mp_queue_put_bytes(queues.tasks, &task, sizeof(task), TIMEOUT_MS) <
            0) {
            return pep_fail("task %d: %s", (int) task,
                            mp_last_error()->message);
        }
    }
    return 0;
}

static int take_processes(int workers)
{
    int64_t count = (int64_t) workers * queues.each;
    int64_t sum = 0;

    for (int64_t i = 0; i < count; i++) {
        int64_t item = 0;
        size_t size = 0;

        if (mp_queue_get_bytes(queues.results, &item, sizeof(item), &size,
                               TIMEOUT_MS) < 0) {
            return pep_fail("result %d: %s", (int) i, mp_last_error()->message);
        }
        sum += item;
    }
    return check(sum, count);
}

static void stop_processes(void)
{
    (void) mp_queue_shutdown(queues.tasks, true);
}

const pep_feed_t pep_feed_processes = {give_processes, take_processes,
                                       stop_processes};

static int give_threads(int workers)
{
    int64_t count = (int64_t) workers * queues.each;

    for (int64_t task = 0; task < count; task++) {
        if (!pep_thread_queue_put(queues.thread_tasks, task)) {
            return pep_fail("no memory for task %d", (int) task);
        }
    }
    return 0;
}

static int take_threads(int workers)
{
    int64_t count = (int64_t) workers * queues.each;
    int64_t sum = 0;

    for (int64_t i = 0; i < count; i++) {
        int64_t item = 0;

        if (!pep_thread_queue_get(queues.thread_results, &item)) {
            return pep_fail("result %d: a worker has failed", (int) i);
        }
        sum += item;
    }
    return check(sum, count);
}

static void stop_threads(void)
{
    pep_thread_queue_stop(queues.thread_tasks);
    pep_thread_queue_stop(queues.thread_results);
}

const pep_feed_t pep_feed_threads = {give_threads, take_threads, stop_threads};

int pep_queues_begin(mp_queue_t **tasks, mp_queue_t **results, int each,
                     size_t room)
{
    mp_queue_options_t options = {.message_size = sizeof(int64_t)};

    queues.each = each;
    queues.thread_tasks = pep_thread_queue_create();
    queues.thread_results = pep_thread_queue_create();
    if (queues.thread_tasks == NULL || queues.thread_results == NULL) {
        return pep_fail("no memory for the queues of threads");
    }
    if (mp_queue_create(&queues.tasks, room, &options) < 0 ||
        mp_queue_create(&queues.results, room, &options) < 0) {
        return pep_fail("queues: %s", mp_last_error()->message);
    }
    *tasks = queues.tasks;
    *results = queues.results;
    return 0;
}

void pep_queues_end(void)
{
    mp_queue_destroy(queues.tasks);
    mp_queue_destroy(queues.results);
    pep_thread_queue_destroy(queues.thread_tasks);
    pep_thread_queue_destroy(queues.thread_results);
}
