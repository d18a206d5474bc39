// SPDX-License-Identifier: Apache-2.0
#include "bench/sync/targets.h"

#define TO(a_row, a_peer)                                                      \
    {                                                                          \
        .row = a_row, .peer = a_peer                                           \
    }
#define AT_MOST(a_row, a_peer, ratio)                                          \
    {                                                                          \
        .row = a_row, .peer = a_peer, .aim = ratio                             \
    }
#define AT_LEAST(a_row, a_peer, ratio)                                         \
    {                                                                          \
        .row = a_row, .peer = a_peer, .aim = ratio, .at_least = true           \
    }

// A lock's increments and hand-offs against a peer's with as many processes.
#define RATES_TO(a_row, a_peer, count)                                         \
    TO(a_row "/" #count, a_peer "/" #count)                                    \
    , TO(a_row "/" #count "/handoffs", a_peer "/" #count "/handoffs")
// In the same run: more increments, and more hand-offs.
#define RATES_AIM(count)                                                       \
    AT_LEAST("lock/" #count, "robust/" #count, 1.1)                            \
    , AT_LEAST("lock/" #count "/handoffs", "robust/" #count "/handoffs", 1.6)

const struct comparison targets[] = {
    // Nobody contends.
    AT_MOST("lock", "cas-store", 2.3),
    TO("lock", "robust"),
    TO("lock", "cpython-lock"),
    AT_MOST("whole-lock", "cas-store", 2.1),
    TO("whole-lock", "whole-cas-store"),
    TO("rlock", "cas-store"),
    TO("whole-rlock", "cas-store"),
    TO("raw-lock", "cas-store"),
    TO("semaphore", "cas-store"),
    TO("semaphore", "sem_t"),
    TO("whole-semaphore", "cas-store"),
    TO("whole-cas-store", "cas-store"),
    TO("pthread", "cas-store"),
    TO("robust", "cas-store"),
    TO("inherit", "cas-store"),
    TO("sem_t", "cas-store"),
    TO("sem_open", "cas-store"),
    TO("boost", "cas-store"),
    TO("boost-semaphore", "cas-store"),
    TO("apr-default", "cas-store"),
    TO("apr-pthread", "cas-store"),
    TO("apr-posixsem", "cas-store"),
    TO("apr-sysvsem", "cas-store"),
    TO("apr-fcntl", "cas-store"),
    TO("apr-flock", "cas-store"),
    TO("win32-mutex", "cas-store"),
    TO("win32-semaphore", "cas-store"),
    TO("cpython-lock", "cas-store"),
    TO("cpython-rlock", "cas-store"),
    TO("cpython-semaphore", "cas-store"),
    // Values.
    AT_MOST("value", "atomic-add", 2.5),
    TO("whole-value", "atomic-add"),
    TO("value-add", "atomic-add"),
    AT_MOST("value-inline", "atomic-add", 1.1),
    TO("whole-value-add", "atomic-add"),
    TO("cpython-value", "atomic-add"),
    // Making and destroying, in nanoseconds.
    {.row = "lock/create", .aim = 50},
    // Many contend.
    TO("lock/1", "pthread/1"),
    TO("lock/1", "robust/1"),
    RATES_AIM(2),
    RATES_AIM(4),
    RATES_TO("lock", "pthread", 2),
    RATES_TO("lock", "pthread", 4),
    RATES_TO("lock", "boost", 2),
    RATES_TO("lock", "boost", 4),
    RATES_TO("lock", "apr-posixsem", 2),
    RATES_TO("lock", "apr-posixsem", 4),
    RATES_TO("lock", "win32-mutex", 2),
    RATES_TO("lock", "win32-mutex", 4),
    AT_LEAST("semaphore/4", "sem_t/4", 2),
    TO("semaphore/1", "sem_t/1"),
    RATES_TO("semaphore", "sem_t", 2),
    TO("semaphore/4/handoffs", "sem_t/4/handoffs"),
    RATES_TO("semaphore", "boost-semaphore", 4),
    RATES_TO("semaphore", "win32-semaphore", 4),
    // What the least served process got, of the mean.
    {.row = "lock/2/fair", .aim = 0.7, .at_least = true},
    {.row = "lock/4/fair", .aim = 0.7, .at_least = true},
    {.row = "semaphore/2/fair", .aim = 0.7, .at_least = true},
    {.row = "semaphore/4/fair", .aim = 0.7, .at_least = true},
    // Waking.
    AT_MOST("event", "futex", 1.0),
    TO("event", "pthread-cond"),
    TO("event", "win32-event"),
    TO("pthread-cond", "futex"),
};
const size_t targets_count = sizeof(targets) / sizeof(targets[0]);
