// SPDX-License-Identifier: Apache-2.0
// bench-connection: what messages between two processes cost, as bytes of some
// sizes and as values, and what making and waiting for connections costs, by
// this library and by its peers, in one run.
#include <stdio.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/options.h"
#include "bench/connection/groups.h"
#include "bench/connection/targets.h"

#define MESSAGE_MAX ((unsigned long) 1 << 30)
#define KIB 1024U
#define MIB (1024U * 1024U)

static const struct row_group *const groups[] = {
    &group_ours,
    &group_system,
    &group_apr,
#if MP_HAVE_NNG || MP_HAVE_ZMQ
    &group_others,
#endif
    &group_values,
    &group_pickle,
    &group_clients,
    &group_wait,
#ifndef _WIN32
    &group_wait_system,
#endif
#if MP_HAVE_CPYTHON_PEER
    &group_cpython,
#endif
    NULL,
};

static const char without_size[] = "values";

static void name_size(struct setting *setting)
{
    unsigned size = setting->number;

    snprintf(setting->name, sizeof(setting->name), "%u %s",
             size % MIB == 0   ? size / MIB
             : size % KIB == 0 ? size / KIB
                               : size,
             size % MIB == 0   ? "MiB"
             : size % KIB == 0 ? "KiB"
                               : "bytes");
}

static int read_setting(struct setting *setting, const char *word)
{
    if (strcmp(word, without_size) == 0) {
        *setting = (struct setting){.number = 0};
        memcpy(setting->name, without_size, sizeof(without_size));
        return 0;
    }
    if (options_number(word, MESSAGE_MAX, &setting->number) < 0) {
        return -1;
    }
    name_size(setting);
    return 0;
}

static bool wants(const struct setting *setting, const struct row *row)
{
    return (setting->number == 0) == (row->number == ROW_ONCE);
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .name = "bench-connection",
        .title = "Messages between two processes",
        .about = "Measures connections: bytes, values, clients, waiting.",
        .unit = "us",
        .unit_ns = 1000,
        .count_max = 1000000,
        .rounds = 50,
        .slot_ms = 20,
        .groups = groups,
        .comparisons = targets,
        .comparison_count = targets_count,
        .option = "sizes",
        .option_help = "bytes of a message, or \"values\" for all else",
        .option_default = "8,64,4096,65536,1048576,16777216,values",
        .read_setting = read_setting,
        .wants = wants,
    };

    mp_freeze_support(argc, argv);
    return bench_run(&bench, argc, argv);
}
