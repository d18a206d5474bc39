// SPDX-License-Identifier: Apache-2.0
// bench-sync: what it costs to take a lock that is free, to contend for one, to
// wake who waits, by this library and by its peers, in one run.
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/sync/groups.h"
#include "bench/sync/processors.h"
#include "bench/sync/targets.h"

static const struct row_group *const groups[] = {
    &group_ours,    &group_limit,
#if MP_HAVE_WHOLE
    &group_whole,
#endif
    &group_system,
#if MP_HAVE_BOOST
    &group_boost,
#endif
    &group_apr,
#if MP_HAVE_CPYTHON_PEER
    &group_cpython,
#endif
    &group_event,   NULL,
};

static const char all_processors[] = "all processors";
static const char one_processor[] = "one processor";

static int read_setting(struct setting *setting, const char *word)
{
    if (strcmp(word, "all") == 0) {
        *setting = (struct setting){.number = (unsigned) mp_cpu_count()};
        memcpy(setting->name, all_processors, sizeof(all_processors));
        return 0;
    }
    if (strcmp(word, "one") == 0 && processors_can_limit) {
        *setting = (struct setting){.number = 1};
        memcpy(setting->name, one_processor, sizeof(one_processor));
        return 0;
    }
    return -1;
}

static bool is_one(const struct setting *setting)
{
    return strcmp(setting->name, one_processor) == 0;
}

static int enter(const struct setting *setting)
{
    return is_one(setting) ? processors_limit() : 0;
}

// One process by itself has one processor in any case.
static bool wants(const struct setting *setting, const struct row *row)
{
    return !is_one(setting) || row->fill != NULL;
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .name = "bench-sync",
        .title = "Locks, semaphores, values and events",
        .about = "Measures what processes synchronise by.",
        .unit = "ns",
        .unit_ns = 1,
        .count_max = 100000000,
        .rounds = 50,
        .slot_ms = 20,
        .groups = groups,
        .comparisons = targets,
        .comparison_count = targets_count,
        .option = "processors",
        .option_help = "\"all\", \"one\" for all on one processor, or both",
        .option_default = processors_can_limit ? "all,one" : "all",
        .read_setting = read_setting,
        .enter = enter,
        .leave = processors_restore,
        .wants = wants,
    };

    mp_freeze_support(argc, argv);
    return bench_run(&bench, argc, argv);
}
