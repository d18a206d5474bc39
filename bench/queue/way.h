// SPDX-License-Identifier: Apache-2.0
// Ways for messages to go from processes to others. What is measured are loops
// that are made by a macro for each way, so that its calls are direct ones.
#ifndef BENCH_QUEUE_WAY_H
#define BENCH_QUEUE_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bench/common/system.h"

#define WAY_BATCH 32       // messages that are put, or got, by one call
#define WAY_END UINT64_MAX // the first word of the last message
#define WAY_NAP_US 2000    // before each message to a receiver who sleeps
#define WAY_WARM 16        // messages before the ones that count
#define LANE_LINE 128      // so far from each other is what is not shared
#define LANE_NAME_MAX 64

// What messages go through in one direction, as a process sees it. Each way
// uses what it needs of this.
struct lane {
    size_t size;     // of every message
    size_t capacity; // messages that wait in it, where that can be chosen
    bool alone;      // both sides are on one processor
    unsigned number;
    void *at;       // an object
    void *room;     // memory that all processes share
    intptr_t reads; // descriptors
    intptr_t writes;
    uint64_t position; // of this process
    uint64_t seen;     // of the other side, when it was last looked
    char name[LANE_NAME_MAX];
};

// What a process does.
struct part {
    struct lane *out;
    struct lane *in;
    char *bytes; // room for what one call puts or gets
    size_t size;
    unsigned batch;
    unsigned chunk; // calls between two looks at the clock
    int64_t until;
    int64_t *samples; // of each message, in nanoseconds
    size_t sample_count;
    size_t samples_max;
    uint64_t count;  // of messages
    int64_t elapsed; // of `count` of them, by ping() only
};

// 0, or -1 after saying why, as with the others.
struct way_loops {
    int (*ping)(struct part *part);   // sends and gets back, until a time
    int (*echo)(struct part *part);   // the other side, until the end
    int (*doze)(struct part *part);   // the same with naps in between …
    int (*answer)(struct part *part); // … and how long a message took to here
    int (*feed)(struct part *part);   // sends until a time
    int (*eat)(struct part *part);    // receives until the end
    int (*end)(struct part *part);    // sends the end
};

struct way {
    const char *name;
    unsigned batch; // messages of a call; 0: 1
    bool pairs;    // of one producer and one consumer: several have a lane each
    bool threaded; // has threads of its own, which one processor does not suit
    bool queues;   // lane->at is a queue of this library's
    const struct way_loops *loops;
    // How much shared memory a lane takes. NULL: none.
    size_t (*measure)(const struct lane *lane);
    // Before there are other processes. 0, -1, or 1 if this machine has none
    // of this size. NULL: nothing is to be done.
    int (*make)(struct lane *lane);
    void (*unmake)(struct lane *lane);
    // In each process that uses it; all receivers have come before the first
    // sender does. NULL: nothing is to be done.
    int (*join)(struct lane *lane, bool receives);
    void (*leave)(struct lane *lane, bool receives);
};

// In place: all of a message is written, and a word of each of its cache lines
// is read, so that all of them go to the other side.
static inline void way_write_all(char *place, const char *bytes, size_t size)
{
    memset(place, 1, size);
    memcpy(place, bytes, sizeof(uint64_t));
}

static inline uint64_t way_read_all(const char *place, char *bytes, size_t size)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < size; i += 64) {
        sum += (uint64_t) place[i];
    }
    memcpy(bytes, place, sizeof(uint64_t));
    return sum;
}

// A call puts the way's batch of messages, which lie behind one another, or
// gets at most so many. It returns how many, or -1.
typedef int way_call(struct lane *lane, char *bytes, size_t size);

#define WAY_INLINE static inline __attribute__((always_inline))

WAY_INLINE uint64_t way_word(const char *bytes)
{
    uint64_t word = 0;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

WAY_INLINE void way_set_word(char *bytes, uint64_t word)
{
    memcpy(bytes, &word, sizeof(word));
}

WAY_INLINE int way_there_and_back(struct part *part, way_call *put,
                                  way_call *get)
{
    return put(part->out, part->bytes, part->size) < 0 ||
           get(part->in, part->bytes, part->size) < 0;
}

// First each by itself, then as many without a look at the clock, which would
// be a part of what they take.
WAY_INLINE int way_ping(struct part *part, way_call *put, way_call *get)
{
    int failed = 0;

    for (unsigned i = 0; i < WAY_WARM && !failed; i++) {
        failed |= way_there_and_back(part, put, get);
    }
    int64_t then = bench_now();
    int64_t half = then + (part->until - then) / 2;
    while (!failed && part->sample_count < part->samples_max && then < half) {
        failed |= way_there_and_back(part, put, get);
        int64_t now = bench_now();
        part->samples[part->sample_count++] = now - then;
        then = now;
    }
    part->count = part->sample_count > 0 ? part->sample_count : 1;
    for (uint64_t i = 0; i < part->count && !failed; i++) {
        failed |= way_there_and_back(part, put, get);
    }
    part->elapsed = bench_now() - then;
    return failed ? -1 : 0;
}

WAY_INLINE int way_echo(struct part *part, way_call *put, way_call *get)
{
    while (get(part->in, part->bytes, part->size) > 0) {
        if (way_word(part->bytes) == WAY_END) {
            return 0;
        }
        if (put(part->out, part->bytes, part->size) < 0) {
            break;
        }
    }
    return -1;
}

// The message tells when it was sent; the answer, how long it took.
WAY_INLINE int way_doze(struct part *part, way_call *put, way_call *get)
{
    int failed = 0;

    while (!failed && part->sample_count < part->samples_max &&
           (part->sample_count == 0 || bench_now() < part->until)) {
        bench_sleep_us(WAY_NAP_US);
        way_set_word(part->bytes, (uint64_t) bench_now());
        failed |= way_there_and_back(part, put, get);
        part->samples[part->sample_count++] = (int64_t) way_word(part->bytes);
    }
    return failed ? -1 : 0;
}

WAY_INLINE int way_answer(struct part *part, way_call *put, way_call *get)
{
    while (get(part->in, part->bytes, part->size) > 0) {
        uint64_t sent = way_word(part->bytes);
        if (sent == WAY_END) {
            return 0;
        }
        way_set_word(part->bytes, (uint64_t) bench_now() - sent);
        if (put(part->out, part->bytes, part->size) < 0) {
            break;
        }
    }
    return -1;
}

WAY_INLINE int way_feed(struct part *part, way_call *put)
{
    do {
        for (unsigned i = 0; i < part->chunk; i++) {
            if (put(part->out, part->bytes, part->size) < 0) {
                return -1;
            }
        }
    } while (bench_now() < part->until);
    return 0;
}

WAY_INLINE int way_eat(struct part *part, way_call *get)
{
    for (;;) {
        int got = get(part->in, part->bytes, part->size);
        if (got <= 0) {
            return -1;
        }
        if (way_word(part->bytes + (size_t) (got - 1) * part->size) ==
            WAY_END) {
            return 0;
        }
        part->count += (uint64_t) got;
    }
}

// An end is a whole batch of them.
WAY_INLINE int way_end(struct part *part, way_call *put)
{
    for (unsigned i = 0; i < part->batch; i++) {
        way_set_word(part->bytes + i * part->size, WAY_END);
    }
    return put(part->out, part->bytes, part->size) < 0 ? -1 : 0;
}

// NAME_loops of a way with these calls.
#define WAY_LOOPS(name, put, get)                                              \
    static int name##_ping(struct part *part)                                  \
    {                                                                          \
        return way_ping(part, put, get);                                       \
    }                                                                          \
    static int name##_echo(struct part *part)                                  \
    {                                                                          \
        return way_echo(part, put, get);                                       \
    }                                                                          \
    static int name##_doze(struct part *part)                                  \
    {                                                                          \
        return way_doze(part, put, get);                                       \
    }                                                                          \
    static int name##_answer(struct part *part)                                \
    {                                                                          \
        return way_answer(part, put, get);                                     \
    }                                                                          \
    static int name##_feed(struct part *part)                                  \
    {                                                                          \
        return way_feed(part, put);                                            \
    }                                                                          \
    static int name##_eat(struct part *part)                                   \
    {                                                                          \
        return way_eat(part, get);                                             \
    }                                                                          \
    static int name##_end(struct part *part)                                   \
    {                                                                          \
        return way_end(part, put);                                             \
    }                                                                          \
    static const struct way_loops name##_loops = {                             \
        name##_ping, name##_echo, name##_doze, name##_answer,                  \
        name##_feed, name##_eat,  name##_end};

extern const struct way way_ours;
extern const struct way way_ours_default;
extern const struct way way_ours_many;
extern const struct way way_ours_array;
extern const struct way way_ours_place;
extern const struct way way_line;
extern const struct way way_ring;
extern const struct way way_ring_many;
extern const struct way way_ring_place;
extern const struct way way_pipe;
extern const struct way way_mq;
extern const struct way way_boost;
extern const struct way way_nng;
extern const struct way way_zmq;

// The way of this name, as a child looks for it, or NULL (ways.c).
const struct way *way_find(const char *name);

#endif
