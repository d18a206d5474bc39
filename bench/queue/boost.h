// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess's message_queue, as C sees it. Also read by C++.
#ifndef BENCH_QUEUE_BOOST_H
#define BENCH_QUEUE_BOOST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Forked children have the queue that their parent made. NULL if it failed.
void *boost_queue_make(const char *name, size_t capacity, size_t size);
void boost_queue_unmake(void *queue, const char *name);
// 0, or -1.
int boost_queue_put(void *queue, const void *bytes, size_t size);
int boost_queue_get(void *queue, void *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
