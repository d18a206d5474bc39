// SPDX-License-Identifier: Apache-2.0
// Rows of ways: each measurement has its own processes, which are children of
// this one.
#ifndef BENCH_QUEUE_PLAY_H
#define BENCH_QUEUE_PLAY_H

#include "bench/common/row.h"
#include "bench/queue/ground.h"

// What a row measures, its `data`.
struct play {
    const struct way *way;
    uint32_t act;
    uint32_t producers;
    uint32_t consumers;
    size_t size; // 0: the setting tells it
};

// The `open`, `has` and `fill` of such a group.
int play_open(const struct setting *setting);
bool play_has(const struct row *row);
int play_fill(const struct row *row, unsigned slot_ms, double *values);

extern const struct quantity play_latency[RESULTS_MAX];
extern const struct quantity play_time[1];
extern const struct quantity play_share[1];

#define PLAY_IDLE_MS 2000

#define PLAY_ROW(the_way, text, about, under, its_act, from, to, bytes)        \
    {                                                                          \
        .name = text, .what = about, .fill = play_fill, .number = (under),     \
        .data = &(const struct play)                                           \
        {                                                                      \
            &(the_way), its_act, from, to, bytes                               \
        }
#define PLAY_LATENCY(the_way, text, about, under, its_act, bytes)              \
    PLAY_ROW(the_way, text, about, under, its_act, 1, 1, bytes)                \
    , .quantities = play_latency, .quantity_count = RESULTS_MAX                \
    }
#define PLAY_AWAKE(way, text, about, under)                                    \
    PLAY_LATENCY(way, text "/8", about, (under) &UNDER_AWAKE, ACT_PING, 8)     \
    , PLAY_LATENCY(way, text "/1K", about, (under) &UNDER_AWAKE, ACT_PING, 1024)
#define PLAY_ASLEEP(way, text, about)                                          \
    PLAY_LATENCY(way, text "/asleep", about, UNDER_ASLEEP, ACT_DOZE, 8)
#define PLAY_IDLE(way, text, about)                                            \
    PLAY_ROW(way, text "/idle", about, UNDER_IDLE, ACT_WAIT, 1, 1, 8)          \
    , .quantities = play_share, .quantity_count = 1, .slot_ms = PLAY_IDLE_MS   \
    }
#define PLAY_STREAM(way, text, about, under, from, to)                         \
    PLAY_ROW(way, text "/" #from "-" #to, about, under, ACT_STREAM, from, to,  \
             0)                                                                \
    , .quantities = play_time, .quantity_count = 1                             \
    }
#define PLAY_STREAMS(way, text, about, under)                                  \
    PLAY_STREAM(way, text, about, under, 1, 1)                                 \
    , PLAY_STREAM(way, text, about, under, 4, 1),                              \
        PLAY_STREAM(way, text, about, under, 1, 4),                            \
        PLAY_STREAM(way, text, about, under, 4, 4)

#endif
