// SPDX-License-Identifier: Apache-2.0
// This library's start methods. A start and join is all that a program writes
// for it: create, start, join, look at the exit code, destroy.
#include "bench/process/row_ours.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <multiprocessing.h>

#include "bench/common/system.h"
#include "bench/process/groups.h"

int64_t ours_main_began;

static int nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(nothing)

// Tells the parent how long this child took from main() to its target.
static int tell_bootstrap(const mp_args_t *args)
{
    (void) args;
    return mp_failure(0, "%" PRId64, bench_now() - ours_main_began);
}
MP_TARGET(tell_bootstrap)

// Starts and joins one process. *told receives the number that the target gave
// to mp_failure(), if it is asked for.
static int start_join(const char *method, mp_target_fn target, int64_t *told)
{
    mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *process = NULL;
    int r = mp_process_create(&process, target, MP_NO_ARGS, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, MP_FOREVER);
    }
    if (r < 0) {
        (void) row_fail_ours(method);
    } else if (mp_process_exitcode(process) != 0) {
        r = row_fail_end(method, mp_process_exitcode(process));
    } else if (told != NULL) {
        const char *text = mp_process_failure(process);
        *told = text == NULL ? 0 : strtoll(text, NULL, 10);
    }
    mp_process_destroy(process);
    return r < 0 ? -1 : 0;
}

#ifndef _WIN32
static int fork_once(void)
{
    return start_join("fork", nothing, NULL);
}
#endif

static int spawn_once(void)
{
    return start_join("spawn", nothing, NULL);
}

static int thread_once(void)
{
    return start_join("thread", nothing, NULL);
}

// Spawn less what a child takes from main() to its target: what is left can be
// compared with a program that leaves main() at once. Every other child, which
// is not timed, tells how long that is: telling takes time too.
static int spawn_bare(const struct row *row, unsigned count, int64_t *elapsed)
{
    *elapsed = 0;
    for (unsigned i = 0; i < count; i++) {
        int64_t one = 0;
        int64_t told = 0;
        if (row_repeat(row, 1, &one) < 0 ||
            start_join("spawn", tell_bootstrap, &told) < 0) {
            return -1;
        }
        if (told <= 0) {
            return row_fail("a spawned child did not tell its time", 0);
        }
        *elapsed += one - told;
    }
    return 0;
}

static const struct row rows[] = {
#ifndef _WIN32
    {.name = "fork",
     .what = "this library's fork",
     .run = row_repeat,
     .once = fork_once},
#endif
    {.name = "spawn",
     .what = "this library's spawn",
     .run = row_repeat,
     .once = spawn_once},
    {.name = "spawn-bare",
     .what = "the same without the child's bootstrap",
     .run = spawn_bare,
     .once = spawn_once},
    {.name = "thread",
     .what = "this library's thread",
     .run = row_repeat,
     .once = thread_once},
};

const struct row_group group_ours = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
