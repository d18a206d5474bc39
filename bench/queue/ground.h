// SPDX-License-Identifier: Apache-2.0
// The memory that all processes of a measurement share: what they are to do,
// when, and what came of it.
#ifndef BENCH_QUEUE_GROUND_H
#define BENCH_QUEUE_GROUND_H

#include <stdint.h>

#include <multiprocessing.h>

#include "bench/queue/terms.h"
#include "bench/queue/way.h"

#define PLAYERS_MAX 8
#define LANES_MAX 4
#define RESULTS_MAX 4

enum act {
    ACT_PING,   // one sends and gets back what the other one receives
    ACT_DOZE,   // the same, with naps in between
    ACT_STREAM, // producers send, consumers receive
    ACT_WAIT    // the producer only waits
};

// What a process has to say. Nobody else writes in these lines.
struct result {
    uint64_t count; // of messages that it received
    int64_t ended;
    double values[RESULTS_MAX];
    char apart[LANE_LINE];
};

struct ground {
    // Written before there are other processes.
    struct terms terms;
    uint32_t act;
    uint32_t producers;
    uint32_t consumers;
    uint64_t size;
    uint64_t capacity;
    mp_offset_t rooms[LANES_MAX];
    // Written before `go`.
    int64_t began;
    int64_t until;
    char apart1[LANE_LINE];
    // Counts of those who have come so far.
    uint32_t opened; // have what they receive from
    uint32_t ready;
    uint32_t go;
    uint32_t fed;   // producers who have sent all
    uint32_t eaten; // consumers who have received all
    uint32_t done;
    char apart2[LANE_LINE];
    struct result results[PLAYERS_MAX];
};

// The player's way to measure in its own process: 0, or -1 after saying why.
// Lanes are LANES_MAX, as this process has them.
int player_run(struct ground *ground, const struct way *way, unsigned who,
               struct lane *lanes);

// Which of the lanes is that of a player.
unsigned ground_lane(const struct way *way, unsigned which);

#endif
