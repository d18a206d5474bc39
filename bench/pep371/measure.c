// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/measure.h"

#include <string.h>

#include "bench/common/system.h"
#include "bench/pep371/options.h"
#include "bench/pep371/support.h"

static int give(const pep_call_t *call, int workers)
{
    return call->feed != NULL ? call->feed->give(workers) : 0;
}

static int take(const pep_call_t *call, int workers)
{
    return call->feed != NULL ? call->feed->take(workers) : 0;
}

// Tasks for workers that have been started and do not return without. Where a
// run has failed there are none for them.
static int feed(const pep_call_t *call, int workers, int failed)
{
    int r = failed;

    if (r == 0) {
        r = give(call, workers);
    }
    if (r == 0) {
        r = take(call, workers);
    }
    if (r != 0 && call->feed != NULL) {
        call->feed->stop();
    }
    return r;
}

static int run_calls(const pep_call_t *call, int workers)
{
    for (int i = 0; i < workers; i++) {
        if (give(call, 1) != 0) {
            return -1;
        }
        int result = call->function(&call->args);
        if (result != 0) {
            return pep_fail("call %d returned %d", i + 1, result);
        }
        if (take(call, 1) != 0) {
            return -1;
        }
    }
    return 0;
}

static int run_call(const void *argument)
{
    const pep_call_t *call = argument;

    return call->function(&call->args);
}

static int run_threads(const pep_call_t *call, int workers)
{
    bench_thread_t threads[PEP_WORKERS_MAX];
    int started = 0;
    int r = 0;

    for (; started < workers; started++) {
        int error = bench_thread_start(&threads[started], run_call, call);

        if (error != 0) {
            r = pep_fail("thread %d did not start: error %d", started + 1,
                         error);
            break;
        }
    }
    r = feed(call, workers, r);
    for (int i = 0; i < started; i++) {
        int error = bench_thread_join(&threads[i]);

        if (error != 0) {
            r = pep_fail("thread %d: join failed, error %d", i + 1, error);
        } else if (threads[i].result != 0) {
            r = pep_fail("thread %d returned %d", i + 1, threads[i].result);
        }
    }
    return r;
}

static int start_process(mp_process_t **process, const pep_call_t *call,
                         const mp_context_t *context)
{
    mp_process_options_t options = {.context = context};

    int r = mp_process_create(process, call->function, &call->args, &options);
    return r == 0 ? mp_process_start(*process) : r;
}

static int join_process(mp_process_t *process, int number)
{
    if (mp_process_join(process, MP_FOREVER) != 0) {
        return pep_fail("process %d: %s", number, mp_last_error()->message);
    }
    int exitcode = mp_process_exitcode(process);
    if (exitcode != 0) {
        const char *why = mp_process_failure(process);

        return pep_fail("process %d ended with exit code %d%s%s", number,
                        exitcode, why != NULL ? ": " : "",
                        why != NULL ? why : "");
    }
    return 0;
}

static int run_processes(const pep_call_t *call, const mp_context_t *context,
                         int workers)
{
    mp_process_t *processes[PEP_WORKERS_MAX] = {NULL};
    int started = 0;
    int r = 0;

    for (; started < workers; started++) {
        if (start_process(&processes[started], call, context) != 0) {
            r = pep_fail("process %d did not start: %s", started + 1,
                         mp_last_error()->message);
            mp_process_destroy(processes[started]);
            break;
        }
    }
    r = feed(call, workers, r);
    for (int i = 0; i < started; i++) {
        if (join_process(processes[i], i + 1) != 0) {
            r = -1;
        }
        mp_process_destroy(processes[i]);
    }
    return r;
}

int pep_measure(double *seconds, const pep_workload_t *workload,
                const pep_mode_t *mode, int workers)
{
    const mp_context_t *context = mp_get_context(mode->method);
    const char *method = mp_context_method(context);
    bool spawns = method != NULL && strcmp(method, "spawn") == 0;
    int r = 0;

    int64_t begin = bench_now();
    switch (mode->kind) {
    case PEP_CALLS:
        r = run_calls(&workload->here, workers);
        break;
    case PEP_THREADS:
        r = run_threads(&workload->here, workers);
        break;
    case PEP_PROCESSES:
        r = run_processes(spawns ? &workload->spawned : &workload->copied,
                          context, workers);
        break;
    }
    *seconds = (double) (bench_now() - begin) / 1e9;
    return r;
}
