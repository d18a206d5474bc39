// SPDX-License-Identifier: Apache-2.0
// bench-shm: what 1 MiB of shared memory costs, made, attached to and removed,
// by this library and by its peers, in one run.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

bool touch_wanted;

static const struct row_group *const groups[] = {
    &group_ours,    &group_system, &group_apr,
#if MP_HAVE_BOOST
    &group_boost,
#endif
#if MP_HAVE_CPYTHON_PEER
    &group_cpython,
#endif
    NULL,
};

// A block is there already, so it is judged by what making a segment takes.
// What is written to needs pages, so that is judged by a mapping's pages.
static const struct comparison comparisons[] = {
    {.row = "block-uncleared",
     .peer = "apr",
     .aim = 0.01,
     .aim_under = "untouched"},
    {.row = "block-uncleared", .peer = "anonymous"},
    {.row = "block", .peer = "anonymous", .aim = 1.6, .aim_under = "touched"},
    {.row = "block", .peer = "apr"},
    {.row = "named", .peer = "anonymous"},
    {.row = "named", .peer = "shm_open"},
    {.row = "named", .peer = "named-section"},
    {.row = "named", .peer = "apr"},
    {.row = "named", .peer = "boost"},
    {.row = "named", .peer = "cpython"},
    {.row = "named-sparse", .peer = "anonymous"},
    {.row = "named-sparse", .peer = "shm_open"},
    {.row = "anonymous-shared", .peer = "anonymous"},
    {.row = "memfd", .peer = "anonymous"},
    {.row = "shm_open", .peer = "anonymous"},
    {.row = "sysv", .peer = "anonymous"},
    {.row = "section", .peer = "anonymous"},
    {.row = "named-section", .peer = "anonymous"},
    {.row = "apr", .peer = "anonymous"},
    {.row = "apr-anonymous", .peer = "anonymous"},
    {.row = "boost", .peer = "anonymous"},
    {.row = "cpython", .peer = "anonymous"},
};

void segment_name(char *name, const char *prefix)
{
    snprintf(name, SEGMENT_NAME_MAX, "%s%s-%" PRId64, prefix, SEGMENT_NAME,
             mp_process_pid(mp_current_process()));
}

static int read_setting(struct setting *setting, const char *word)
{
    bool all = strcmp(word, "all") == 0;

    if (!all && strcmp(word, "none") != 0) {
        return -1;
    }
    *setting = (struct setting){.number = all ? 1 : 0};
    snprintf(setting->name, sizeof(setting->name), "%s",
             all ? "touched" : "untouched");
    return 0;
}

static int enter(const struct setting *setting)
{
    touch_wanted = setting->number > 0;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .name = "bench-shm",
        .title = "1 MiB of shared memory",
        .about = "Measures shared memory: made, attached to, removed.",
        .unit = "us",
        .unit_ns = 1000,
        .count_max = 10000000,
        .rounds = 100,
        .slot_ms = 20,
        .groups = groups,
        .comparisons = comparisons,
        .comparison_count = sizeof(comparisons) / sizeof(comparisons[0]),
        .option = "touch",
        .option_help = "\"none\" or \"all\" of its pages, or both",
        .option_default = "none,all",
        .read_setting = read_setting,
        .enter = enter,
    };

    mp_freeze_support(argc, argv);
    return bench_run(&bench, argc, argv);
}
