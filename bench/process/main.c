// SPDX-License-Identifier: Apache-2.0
// bench-process: what it costs to start something empty and to wait for its
// end, by this library's start methods and by their peers, in one run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/options.h"
#include "bench/common/system.h"
#include "bench/process/groups.h"
#include "bench/process/parent.h"
#include "bench/process/program.h"
#include "bench/process/row_ours.h"

#define SIZE_MAX_MB (1024 * 1024)

static const struct row_group *const groups[] = {
    &group_ours,    &group_raw, &group_apr,
#if MP_HAVE_LIBUV
    &group_libuv,
#endif
#if MP_HAVE_CPYTHON_PEER
    &group_cpython,
#endif
    NULL,
};

// "Ahead of a peer" is a ratio of at most 1. The raw calls and the peers are
// set against the limit, the cheapest way in which POSIX can make a process.
// The cost of a spawn should not depend on the size of the parent.
static const struct comparison comparisons[] = {
    {.row = "fork", .peer = "raw-fork", .aim = 1.05},
    {.row = "fork", .peer = "cpython-fork", .aim = 1.0},
    {.row = "spawn", .peer = "raw-spawn-self", .aim = 1.3},
    {.row = "spawn", .peer = "raw-spawn-tiny"},
    {.row = "spawn", .peer = "apr", .aim = 1.0},
    {.row = "spawn", .peer = "libuv", .aim = 1.0},
    {.row = "spawn", .peer = "cpython-spawn", .aim = 1.0},
    {.row = "spawn-bare", .peer = "raw-spawn-self", .aim = 1.1},
    {.row = "thread", .peer = "raw-thread", .aim = 1.2},
    {.row = "raw-fork", .peer = "vfork"},
    {.row = "raw-spawn-self", .peer = "vfork"},
    {.row = "raw-spawn-tiny", .peer = "vfork"},
    {.row = "raw-thread", .peer = "vfork"},
    {.row = "apr", .peer = "vfork"},
    {.row = "libuv", .peer = "vfork"},
    {.row = "cpython-fork", .peer = "vfork"},
    {.row = "cpython-spawn", .peer = "vfork"},
    {.row = "cpython-forkserver", .peer = "vfork"},
    {.row = "spawn", .peer = "spawn", .aim = 1.1, .flat = true},
};

static int read_size(struct setting *setting, const char *word)
{
    if (options_number(word, SIZE_MAX_MB, &setting->number) < 0) {
        return -1;
    }
    snprintf(setting->name, sizeof(setting->name), "parent of %u MB",
             setting->number);
    return 0;
}

static int enter(const struct setting *setting)
{
    return parent_grow(setting->number);
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .name = "bench-process",
        .title = "Start and join",
        .about = "Measures start and join of something empty.",
        .unit = "us",
        .unit_ns = 1000,
        .count_max = 1000,
        .rounds = 100,
        .slot_ms = 20,
        .groups = groups,
        .comparisons = comparisons,
        .comparison_count = sizeof(comparisons) / sizeof(comparisons[0]),
        .option = "sizes",
        .option_help = "sizes of the parent in MB",
        .option_default = "10,1024",
        .read_setting = read_size,
        .enter = enter,
        .leave = parent_shrink,
    };

    ours_main_began = bench_now();
    if (argc > 1 && strcmp(argv[1], PROGRAM_LEAVE) == 0) {
        return 0;
    }
    mp_freeze_support(argc, argv);
    return program_find() < 0 ? EXIT_FAILURE : bench_run(&bench, argc, argv);
}
