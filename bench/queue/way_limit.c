// SPDX-License-Identifier: Apache-2.0
// The limits: a cache line that goes to and fro, and rings in shared memory for
// one producer and one consumer who do nothing but look until it is their turn.
// Nobody sleeps, and nothing survives the death of a process.
#include <stdatomic.h>

#include "bench/queue/way.h"

// Looks before the processor is given away, as the other side may need it.
#define LOOKS 4096

typedef _Atomic uint64_t word_t;

WAY_INLINE void wait_more(const struct lane *lane, unsigned *looks)
{
    if (lane->alone || ++*looks >= LOOKS) {
        bench_yield();
        *looks = 0;
    }
}

// ---- one word for each direction ----

static size_t measure_line(const struct lane *lane)
{
    (void) lane;
    return LANE_LINE;
}

WAY_INLINE int put_line(struct lane *lane, char *bytes, size_t size)
{
    uint64_t word = way_word(bytes) == WAY_END ? WAY_END : lane->position + 1;

    (void) size;
    lane->position = word;
    atomic_store_explicit((word_t *) lane->room, word, memory_order_release);
    return 1;
}

WAY_INLINE int get_line(struct lane *lane, char *bytes, size_t size)
{
    uint64_t word = 0;
    unsigned looks = 0;

    (void) size;
    while ((word = atomic_load_explicit((word_t *) lane->room,
                                        memory_order_acquire)) ==
           lane->position) {
        wait_more(lane, &looks);
    }
    lane->position = word;
    way_set_word(bytes, word);
    return 1;
}

WAY_LOOPS(line, put_line, get_line)

const struct way way_line = {.name = "line",
                             .pairs = true,
                             .loops = &line_loops,
                             .measure = measure_line};

// ---- a ring whose places tell whether they are taken ----

WAY_INLINE size_t stride_of(size_t size)
{
    return (sizeof(word_t) + size + 63) / 64 * 64;
}

static size_t measure_ring(const struct lane *lane)
{
    return lane->capacity * stride_of(lane->size);
}

WAY_INLINE char *place_of(struct lane *lane, size_t size)
{
    return (char *) lane->room +
           (lane->position++ & (lane->capacity - 1)) * stride_of(size);
}

// The next place of this side, once it is taken, or free.
WAY_INLINE char *await_place(struct lane *lane, size_t size, uint64_t taken)
{
    char *place = place_of(lane, size);
    unsigned looks = 0;

    while (atomic_load_explicit((word_t *) (void *) place,
                                memory_order_acquire) != taken) {
        wait_more(lane, &looks);
    }
    return place + sizeof(word_t);
}

WAY_INLINE int hand_over(char *bytes, uint64_t taken)
{
    atomic_store_explicit((word_t *) (void *) (bytes - sizeof(word_t)), taken,
                          memory_order_release);
    return 1;
}

WAY_INLINE int put_ring(struct lane *lane, char *bytes, size_t size)
{
    char *place = await_place(lane, size, 0);

    memcpy(place, bytes, size);
    return hand_over(place, 1);
}

WAY_INLINE int get_ring(struct lane *lane, char *bytes, size_t size)
{
    char *place = await_place(lane, size, 1);

    memcpy(bytes, place, size);
    return hand_over(place, 0);
}

WAY_LOOPS(ring, put_ring, get_ring)

const struct way way_ring = {.name = "ring",
                             .pairs = true,
                             .loops = &ring_loops,
                             .measure = measure_ring};

// ---- the same in place ----

WAY_INLINE int put_place(struct lane *lane, char *bytes, size_t size)
{
    char *place = await_place(lane, size, 0);

    way_write_all(place, bytes, size);
    return hand_over(place, 1);
}

WAY_INLINE int get_place(struct lane *lane, char *bytes, size_t size)
{
    char *place = await_place(lane, size, 1);

    lane->seen = way_read_all(place, bytes, size);
    return hand_over(place, 0);
}

WAY_LOOPS(place, put_place, get_place)

const struct way way_ring_place = {.name = "ring-place",
                                   .pairs = true,
                                   .loops = &place_loops,
                                   .measure = measure_ring};

// ---- a ring of batches, with two counts beside it ----

struct counts {
    word_t put;
    char apart1[LANE_LINE - sizeof(word_t)];
    word_t got;
    char apart2[LANE_LINE - sizeof(word_t)];
    char bytes[];
};

static size_t measure_many(const struct lane *lane)
{
    return sizeof(struct counts) + lane->capacity * lane->size;
}

// Both sides step by whole batches, of which the ring holds a whole number: so
// none of them goes around its end.
WAY_INLINE char *batch_of(struct lane *lane, size_t size)
{
    struct counts *counts = lane->room;

    return counts->bytes + (lane->position & (lane->capacity - 1)) * size;
}

WAY_INLINE int put_many(struct lane *lane, char *bytes, size_t size)
{
    struct counts *counts = lane->room;
    uint64_t after = lane->position + WAY_BATCH;
    unsigned looks = 0;

    while (after - lane->seen > lane->capacity) {
        lane->seen = atomic_load_explicit(&counts->got, memory_order_acquire);
        if (after - lane->seen > lane->capacity) {
            wait_more(lane, &looks);
        }
    }
    memcpy(batch_of(lane, size), bytes, WAY_BATCH * size);
    lane->position = after;
    atomic_store_explicit(&counts->put, after, memory_order_release);
    return WAY_BATCH;
}

WAY_INLINE int get_many(struct lane *lane, char *bytes, size_t size)
{
    struct counts *counts = lane->room;
    unsigned looks = 0;

    while (lane->seen == lane->position) {
        lane->seen = atomic_load_explicit(&counts->put, memory_order_acquire);
        if (lane->seen == lane->position) {
            wait_more(lane, &looks);
        }
    }
    memcpy(bytes, batch_of(lane, size), WAY_BATCH * size);
    lane->position += WAY_BATCH;
    atomic_store_explicit(&counts->got, lane->position, memory_order_release);
    return WAY_BATCH;
}

WAY_LOOPS(many, put_many, get_many)

const struct way way_ring_many = {.name = "ring-many",
                                  .batch = WAY_BATCH,
                                  .pairs = true,
                                  .loops = &many_loops,
                                  .measure = measure_many};
