// SPDX-License-Identifier: Apache-2.0
// The processes of one measurement. One that fails leaves others waiting for
// what does not come: then all of them are stopped.
#ifndef BENCH_QUEUE_CAST_H
#define BENCH_QUEUE_CAST_H

#include <stddef.h>

#include <multiprocessing.h>

#define CAST_MAX 8

struct cast {
    size_t count;
    mp_process_t *items[CAST_MAX];
};

// Starts one more. 0, or -1 after saying why, as with the others.
int cast_start(struct cast *cast, mp_target_fn target, const mp_args_t *args);
// Waits until a number in shared memory is that of all of them.
int cast_await(struct cast *cast, const uint32_t *number);
// Waits for their ends, which come within this time and some seconds.
int cast_join(struct cast *cast, unsigned slot_ms);
// Ends those that are left, and releases all.
void cast_stop(struct cast *cast);

#endif
