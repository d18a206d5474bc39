// SPDX-License-Identifier: Apache-2.0
// A child that does a part of what is measured, so many times as it is told
// over a pipe of its own, which is no part of what is measured.
#ifndef BENCH_CONNECTION_PEER_H
#define BENCH_CONNECTION_PEER_H

#include <stdint.h>

#include <multiprocessing.h>

struct peer {
    mp_process_t *process;
    mp_connection_t *control;
};

struct order {
    uint32_t what;
    uint32_t count;
};

#define PEER_CONTROL 0 // the first argument of the child's target is its end
#define PEER_ARGS_MAX 8

// Where there is a fork, a child has what its parent has, also descriptors that
// are not this library's.
#ifdef _WIN32
#define PEER_METHOD "spawn"
#else
#define PEER_METHOD "fork"
#endif

// Starts a child with these arguments behind that one. 0, or -1 after saying
// why, as with the others here.
int peer_start(struct peer *peer, const char *method, mp_target_fn target,
               const mp_args_t *args);
// Gives it an order.
int peer_order(const struct peer *peer, uint32_t what, uint32_t count);
// Waits until it says that it has done that.
int peer_await(const struct peer *peer);
// Lets it end. Of one that was not started, does nothing.
int peer_stop(struct peer *peer);

// In the child: waits for an order. 0, or 1 if no more will come.
int peer_next(mp_connection_t *control, struct order *order);
int peer_done(mp_connection_t *control);

#endif
