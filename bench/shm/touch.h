// SPDX-License-Identifier: Apache-2.0
// What is done with memory between its making and its end.
#ifndef BENCH_SHM_TOUCH_H
#define BENCH_SHM_TOUCH_H

#include <stdbool.h>
#include <stddef.h>

#define SEGMENT_SIZE ((size_t) 1024 * 1024)
#define SEGMENT_STEP ((size_t) 4096)

#ifdef __cplusplus
extern "C" {
#endif

// Whether each page of it is written to. Set by main.c, under each setting.
extern bool touch_wanted;

static inline void touch(void *memory)
{
    if (!touch_wanted) {
        return;
    }
    for (size_t i = 0; i < SEGMENT_SIZE; i += SEGMENT_STEP) {
        ((volatile char *) memory)[i] = 1;
    }
}

#ifdef __cplusplus
}
#endif

#endif
