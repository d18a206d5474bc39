// SPDX-License-Identifier: Apache-2.0
#include "bench/connection/targets.h"

#define TO(a_row, a_peer)                                                      \
    {                                                                          \
        .row = a_row, .peer = a_peer                                           \
    }
#define AT_MOST(a_row, a_peer, ratio)                                          \
    {                                                                          \
        .row = a_row, .peer = a_peer, .aim = ratio                             \
    }
#define BOTH_TO(a_row, a_peer)                                                 \
    TO(a_row "/ping", a_peer "/ping"), TO(a_row "/stream", a_peer "/stream")
#define BOTH_AT_MOST(a_row, a_peer, ratio)                                     \
    AT_MOST(a_row "/ping", a_peer "/ping", ratio)                              \
    , AT_MOST(a_row "/stream", a_peer "/stream", ratio)

// Times of the same thing, so three times as fast is a third of it.
#define THIRD (1 / 3.0)
#define PICKLE_TO(sample)                                                      \
    TO("dumps/" sample, "cpython-dumps/" sample)                               \
    , TO("loads/" sample, "cpython-loads/" sample)

const struct comparison targets[] = {
    // Bytes.
    BOTH_AT_MOST("ours", "sendmsg", 1.1),
    BOTH_TO("ours", "socketpair"),
    BOTH_TO("ours", "bare"),
    BOTH_TO("ours", "cpython-pipe"),
    BOTH_TO("ours", "nng"),
    BOTH_TO("ours", "zmq"),
    BOTH_AT_MOST("ours", "named-pipe", 1.1),
    BOTH_AT_MOST("ours-oneway", "pipe", 1.1),
    BOTH_TO("ours-oneway", "apr-pipe"),
    BOTH_TO("ours-oneway", "cpython-oneway"),
    BOTH_TO("ours-inet", "apr-inet"),
    BOTH_TO("socketpair", "sendmsg"),
    BOTH_TO("bare", "sendmsg"),
    BOTH_TO("pipe", "sendmsg"),
    // Values.
    BOTH_TO("values", "cpython-values"),
    AT_MOST("dumps/dict", "cpython-dumps/dict", THIRD),
    AT_MOST("loads/dict", "cpython-loads/dict", THIRD),
    PICKLE_TO("ints"),
    PICKLE_TO("floats"),
    PICKLE_TO("text"),
    PICKLE_TO("nested"),
    AT_MOST("dumps/16M", "memcpy/16M", 1.1),
    AT_MOST("loads/16M", "memcpy/16M", 1.1),
    PICKLE_TO("16M"),
    // Clients and waiting.
    TO("clients", "raw-clients"),
    TO("clients", "cpython-clients"),
    TO("clients-key", "clients"),
    TO("clients-key", "cpython-clients-key"),
    TO("wait/10", "poll/10"),
    TO("wait/10", "epoll/10"),
    TO("wait/10", "cpython-wait/10"),
    TO("wait/1000", "poll/1000"),
    TO("wait/1000", "epoll/1000"),
    TO("wait/1000", "cpython-wait/1000"),
};
const size_t targets_count = sizeof(targets) / sizeof(targets[0]);
