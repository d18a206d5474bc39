// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/targets.h"

#define TO(a_row, a_peer)                                                      \
    {                                                                          \
        .row = a_row, .peer = a_peer                                           \
    }
#define AT_MOST(a_row, a_peer, ratio)                                          \
    {                                                                          \
        .row = a_row, .peer = a_peer, .aim = ratio                             \
    }
#define UNDER(a_row, a_peer, ratio, setting)                                   \
    {                                                                          \
        .row = a_row, .peer = a_peer, .aim = ratio, .aim_under = setting       \
    }

#define BOTH_TO(a_row, a_peer)                                                 \
    TO(a_row "/8", a_peer "/8"), TO(a_row "/1K", a_peer "/1K")
#define ALL_TO(a_row, a_peer)                                                  \
    TO(a_row "/1-1", a_peer "/1-1")                                            \
    , TO(a_row "/4-1", a_peer "/4-1"), TO(a_row "/1-4", a_peer "/1-4"),        \
        TO(a_row "/4-4", a_peer "/4-4")
// All are times, so "so many times as fast" is a part of the peer's.
const struct comparison targets[] = {
    // One way, awake.
    UNDER("ours/8", "line/8", 1.6, "two processors"),
    UNDER("ours/1K", "line/8", 2.4, "two processors"),
    UNDER("ours/8", "yield/8", 1.05, "one processor"),
    TO("ours/1K", "yield/8"),
    BOTH_TO("ours", "ring"),
    BOTH_TO("ours", "mpi"),
    BOTH_TO("ours", "pipe"),
    BOTH_TO("ours", "boost"),
    BOTH_TO("ours-default", "ours"),
    TO("ours-default/8", "line/8"),
    TO("ring/8", "line/8"),
    TO("ring/1K", "line/8"),
    TO("ring/8", "yield/8"),
    TO("mpi/8", "line/8"),
    TO("mpi/8", "yield/8"),
    TO("pipe/8", "line/8"),
    TO("pipe/8", "yield/8"),
    TO("mq/8", "line/8"),
    TO("boost/8", "line/8"),
    TO("nng/8", "line/8"),
    TO("zmq/8", "line/8"),
    TO("cpython-queue/8", "line/8"),
    TO("cpython-simple/8", "line/8"),
    // One way, asleep; while nothing comes.
    AT_MOST("ours/asleep", "pipe/asleep", 1.0),
    TO("ours-default/asleep", "pipe/asleep"),
    TO("mq/asleep", "pipe/asleep"),
    TO("boost/asleep", "pipe/asleep"),
    TO("nng/asleep", "pipe/asleep"),
    TO("zmq/asleep", "pipe/asleep"),
    {.row = "ours/idle", .aim = 0.1},
    // One by one.
    UNDER("ours/1-1", "mpi/1-1", 1 / 1.5, "8 bytes"),
    UNDER("ours/1-1", "boost/1-1", 1 / 5.0, "8 bytes"),
    UNDER("ours/1-1", "zmq/1-1", 1 / 5.0, "8 bytes"),
    UNDER("ours/1-1", "cpython-queue/1-1", 1 / 150.0, "8 bytes"),
    UNDER("ours/1-1", "cpython-simple/1-1", 1 / 150.0, "8 bytes"),
    UNDER("ours/4-4", "ours/1-1", 1 / 0.7, "8 bytes"),
    TO("ours/1-1", "ring-many/1-1"),
    TO("ours/4-1", "boost/4-1"),
    TO("ours/1-4", "boost/1-4"),
    TO("ours/4-4", "boost/4-4"),
    ALL_TO("ours", "pipe"),
    ALL_TO("ours", "mq"),
    TO("ours/1-1", "nng/1-1"),
    ALL_TO("ours-default", "ours"),
    TO("mpi/1-1", "ring-many/1-1"),
    TO("boost/1-1", "ring-many/1-1"),
    // Batches.
    UNDER("ours-array/1-1", "ring-many/1-1", 1.2, "8 bytes"),
    UNDER("ours-array/4-4", "ring-many/4-4", 1.2, "8 bytes"),
    UNDER("ours-array/4-1", "ring-many/1-1", 2.3, "8 bytes"),
    TO("ours-array/1-4", "ring-many/1-1"),
    TO("ours-many/1-1", "ring-many/1-1"),
    TO("ours-many/4-4", "ring-many/4-4"),
    TO("ours-many/4-1", "ring-many/1-1"),
    TO("ours-many/1-4", "ring-many/1-1"),
    // Large ones.
    AT_MOST("ours/1-1", "copied/1-1", 1.1),
    AT_MOST("ours-place/1-1", "copied/1-1", 0.6),
    TO("ours-place/1-1", "placed/1-1"),
    TO("placed/1-1", "copied/1-1"),
    TO("ours/4-4", "copied/4-4"),
    TO("boost/1-1", "copied/1-1"),
    TO("mpi/1-1", "copied/1-1"),
    TO("copied/1-1", "memcpy"),
};
const size_t targets_count = sizeof(targets) / sizeof(targets[0]);
