// SPDX-License-Identifier: Apache-2.0
// Some children that do the same, each with its number.
#ifndef BENCH_SYNC_CHILDREN_H
#define BENCH_SYNC_CHILDREN_H

#include <stddef.h>

#include <multiprocessing.h>

#define CHILDREN_MAX 8

struct children {
    size_t count;
    mp_process_t *items[CHILDREN_MAX];
};

// Starts one more. 0, or -1 after saying why.
int children_start(struct children *children, mp_target_fn target,
                   const mp_args_t *args);
// Waits until a number in shared memory is `count`; -1 if a child ended before.
int children_await(struct children *children, const uint32_t *number,
                   uint32_t count);
// Waits for their ends: 0 if all of them did well.
int children_join(struct children *children);

#endif
