// SPDX-License-Identifier: Apache-2.0
// What is measured under a setting: which rows, messages of what size, and on
// which processors.
#ifndef BENCH_QUEUE_TERMS_H
#define BENCH_QUEUE_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/common/row.h"

// A kind of setting; a row's `number` is the sum of those that it is for.
enum {
    UNDER_TWO = 1,      // latency, each side on a processor of its own
    UNDER_UNPINNED = 2, // latency, where the system puts them
    UNDER_ONE = 4,      // latency, both sides on one processor
    UNDER_ASLEEP = 8,   // latency where the receiver sleeps
    UNDER_IDLE = 16,    // what waiting costs
    UNDER_SMALL = 32,   // throughput of messages of up to 1 KiB
    UNDER_LARGE = 64,   // throughput of longer ones
    UNDER_ONE_SMALL = 128,
    UNDER_ONE_LARGE = 256 // the same, all on one processor
};
#define UNDER_AWAKE (UNDER_TWO | UNDER_UNPINNED | UNDER_ONE)
#define UNDER_APART (UNDER_TWO | UNDER_UNPINNED)
#define UNDER_ALL_SMALL (UNDER_SMALL | UNDER_ONE_SMALL)
#define UNDER_ALL_LARGE (UNDER_LARGE | UNDER_ONE_LARGE)
#define UNDER_SIZES (UNDER_ALL_SMALL | UNDER_ALL_LARGE)

#define TERMS_DEFAULT "two,unpinned,asleep,idle,8,64,1024,65536,1048576"
#define TERMS_DEFAULT_PINNED                                                   \
    "two,unpinned,one,asleep,idle,8,64,1024,65536,1048576,8/one"

struct terms {
    unsigned kind;
    size_t size; // of a message, where the setting tells it
};

// Of a bench: a word is "two", "unpinned", "one", "asleep", "idle", a size in
// bytes, or that with "/one" behind it.
int terms_read(struct setting *setting, const char *word);
bool terms_want(const struct setting *setting, const struct row *row);
struct terms terms_of(const struct setting *setting);

// Whether all that runs is to be on one processor, or, of a producer and a
// consumer, each on its own.
bool terms_are_one(const struct terms *terms);
bool terms_are_two(const struct terms *terms);

#endif
