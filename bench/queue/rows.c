// SPDX-License-Identifier: Apache-2.0
// The rows of ways whose processes are children of this one.
#include "bench/queue/groups.h"
#include "bench/queue/play.h"

#define GROUP(group, its_rows)                                                 \
    const struct row_group group_##group = {                                   \
        .rows = its_rows,                                                      \
        .count = sizeof(its_rows) / sizeof((its_rows)[0]),                     \
        .open = play_open,                                                     \
        .has = play_has,                                                       \
    };

#define FITTING "message_size is the messages' up to 64 KiB"

static const struct row ours[] = {
    PLAY_AWAKE(way_ours, "ours", "put_bytes, get_bytes; " FITTING, UNDER_AWAKE),
    PLAY_AWAKE(way_ours_default, "ours-default", "the same, default options",
               UNDER_AWAKE),
    PLAY_ASLEEP(way_ours, "ours", "to a receiver who sleeps; " FITTING),
    PLAY_ASLEEP(way_ours_default, "ours-default", "default options"),
#ifndef _WIN32 // whose clock() is no time of a processor
    PLAY_IDLE(way_ours, "ours", "share of a core of one who waits 2 s"),
#endif
    PLAY_STREAMS(way_ours, "ours", "put_bytes, get_bytes; " FITTING,
                 UNDER_SIZES),
    PLAY_STREAMS(way_ours_default, "ours-default", "the same, default options",
                 UNDER_SIZES),
    PLAY_STREAMS(way_ours_many, "ours-many",
                 "put_many, get_many of 32; " FITTING, UNDER_ALL_SMALL),
    PLAY_STREAMS(way_ours_array, "ours-array",
                 "put_array, get_many of 32; " FITTING, UNDER_ALL_SMALL),
    PLAY_STREAMS(way_ours_place, "ours-place",
                 "reserve, memset, commit; peek, look, release",
                 UNDER_ALL_LARGE),
};
GROUP(ours, ours)

static const struct row limit[] = {
    PLAY_LATENCY(way_line, "line/8", "a word for each direction, looked at",
                 UNDER_APART, ACT_PING, 8),
    PLAY_LATENCY(way_line, "yield/8", "the same by two who only sched_yield",
                 UNDER_ONE, ACT_PING, 8),
    PLAY_AWAKE(way_ring, "ring", "a ring of one producer and one consumer",
               UNDER_AWAKE),
    PLAY_STREAM(way_ring, "ring", "the same, one by one", UNDER_ALL_SMALL, 1,
                1),
    PLAY_STREAM(way_ring, "ring", "four such rings", UNDER_ALL_SMALL, 4, 4),
    PLAY_STREAM(way_ring, "copied", "such a ring, copied in and out",
                UNDER_ALL_LARGE, 1, 1),
    PLAY_STREAM(way_ring, "copied", "four such rings", UNDER_ALL_LARGE, 4, 4),
    PLAY_STREAM(way_ring_place, "placed", "such a ring, written and read there",
                UNDER_ALL_LARGE, 1, 1),
    PLAY_STREAM(way_ring_many, "ring-many", "a ring of batches of 32",
                UNDER_ALL_SMALL, 1, 1),
    PLAY_STREAM(way_ring_many, "ring-many", "four such rings", UNDER_ALL_SMALL,
                4, 4),
};
GROUP(limit, limit)

#ifndef _WIN32
static const struct row posix[] = {
    PLAY_AWAKE(way_pipe, "pipe", "a pipe, without headers", UNDER_AWAKE),
    PLAY_ASLEEP(way_pipe, "pipe", "the same to a receiver who sleeps"),
    PLAY_IDLE(way_pipe, "pipe", "share of a core of one who waits 2 s"),
    PLAY_STREAMS(way_pipe, "pipe", "a pipe, without headers", UNDER_ALL_SMALL),
    // Longer ones of several writers would be mixed.
    PLAY_STREAM(way_pipe, "pipe", "a pipe, without headers", UNDER_ALL_LARGE, 1,
                1),
#if MP_HAVE_MQ
    PLAY_AWAKE(way_mq, "mq", "POSIX mq_send and mq_receive", UNDER_AWAKE),
    PLAY_ASLEEP(way_mq, "mq", "the same to a receiver who sleeps"),
    PLAY_STREAMS(way_mq, "mq", "POSIX mq_send and mq_receive", UNDER_SIZES),
#endif
};
GROUP(system, posix)
#endif

#if MP_HAVE_BOOST || MP_HAVE_NNG || MP_HAVE_ZMQ
static const struct row others[] = {
#if MP_HAVE_BOOST
    PLAY_AWAKE(way_boost, "boost", "Boost.Interprocess's message_queue",
               UNDER_AWAKE),
    PLAY_ASLEEP(way_boost, "boost", "the same to a receiver who sleeps"),
    PLAY_STREAMS(way_boost, "boost", "Boost.Interprocess's message_queue",
                 UNDER_SIZES),
#endif
// On one processor one of their threads may poll where others need it.
#if MP_HAVE_NNG
    PLAY_AWAKE(way_nng, "nng", "nng's push and pull over ipc", UNDER_APART),
    PLAY_ASLEEP(way_nng, "nng", "the same to a receiver who sleeps"),
    PLAY_STREAM(way_nng, "nng", "nng's push and pull over ipc",
                UNDER_SMALL | UNDER_LARGE, 1, 1),
#endif
#if MP_HAVE_ZMQ
    PLAY_AWAKE(way_zmq, "zmq", "ZeroMQ's push and pull over ipc", UNDER_APART),
    PLAY_ASLEEP(way_zmq, "zmq", "the same to a receiver who sleeps"),
    PLAY_STREAM(way_zmq, "zmq", "ZeroMQ's push and pull over ipc",
                UNDER_SMALL | UNDER_LARGE, 1, 1),
#endif
};
GROUP(others, others)
#endif
