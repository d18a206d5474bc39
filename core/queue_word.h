// SPDX-License-Identifier: Apache-2.0
// The words of a queue's ring. Each place has three: the claim of who puts, the
// claim of who gets, and what is there. They lie apart, so that who waits for a
// message looks at nothing that is written before the message is there, and who
// claims takes no line away from the other side.
//
// A claim says by whom, for how many places from there on, and in which lap
// around the ring. It is made by one compare-and-exchange from whatever the
// word was, an older lap's, so the word says at every instant whose the place
// is. That a claim to put is done is told by what is there; that one to get is
// done, by its token, which is 0 then. A claim to put without a token says that
// the ring is closed there.
//
// Laps go on where those of older rings ended, so nobody claims by what he saw
// long ago, even if the memory has become another ring.
#ifndef MP_CORE_QUEUE_WORD_H
#define MP_CORE_QUEUE_WORD_H

#include <stdbool.h>
#include <stdint.h>

#define MP__LAP_BITS 26
#define MP__LAP_MASK UINT32_C(0x3ffffff)
#define MP__RUN_SHIFT 26
#define MP__RUN_MOST 128
#define MP__TOKEN_SHIFT 33
#define MP__LAPS_PLAIN 1024
#define MP__ONE_LAP (UINT64_C(1) << 32) // of a position
#define MP__VOID (UINT64_C(1) << 26)
#define MP__LONG (UINT64_C(1) << 27)
#define MP__ROW (MP__VOID | MP__LONG)
#define MP__SIZE_SHIFT 28 // 36 bits: the arena is not larger
#define MP__ROW_BITS 7    // of a row: how large each is, and how many there are
#define MP__ROW_MASK UINT64_C(0x7f)

static inline uint64_t mp__claim_word(uint32_t token, uint32_t run,
                                      uint32_t lap)
{
    return (uint64_t) token << MP__TOKEN_SHIFT |
           (uint64_t) (run - 1) << MP__RUN_SHIFT | (lap & MP__LAP_MASK);
}

static inline uint32_t mp__claim_token(uint64_t word)
{
    return (uint32_t) (word >> MP__TOKEN_SHIFT);
}

static inline uint32_t mp__claim_run(uint64_t word)
{
    return ((uint32_t) (word >> MP__RUN_SHIFT) & (MP__RUN_MOST - 1)) + 1;
}

// A claim of several places is told by the word of its first one, so those of
// the others may be of any lap. Laps are told apart over 2^25 of them: so in
// each 1024th one all words are written.
static inline bool mp__is_plain(uint32_t lap)
{
    return lap % MP__LAPS_PLAIN == 0;
}

// What is there: in which lap, how large it is, and whether it lies in a part
// of its own (MP__LONG), or its sender died (MP__VOID), or it is the first of a
// row (MP__ROW, which is both bits: so ask mp__there_is()).
static inline uint64_t mp__there_word(uint64_t size, uint64_t flags,
                                      uint32_t lap)
{
    return size << MP__SIZE_SHIFT | flags | (lap & MP__LAP_MASK);
}

static inline bool mp__there_is(uint64_t word, uint64_t flags)
{
    return (word & MP__ROW) == flags;
}

// Messages of one size that were put together, and are got so if nobody gets
// only some: one word for them all (MP__ROW).
static inline uint64_t mp__row_word(uint32_t count, uint64_t size, uint32_t lap)
{
    return mp__there_word((uint64_t) (count - 1) << MP__ROW_BITS | size,
                          MP__ROW, lap);
}

// Of each of them.
static inline uint64_t mp__there_size(uint64_t word)
{
    uint64_t size = word >> MP__SIZE_SHIFT;

    return mp__there_is(word, MP__ROW) ? size & MP__ROW_MASK : size;
}

static inline uint32_t mp__there_count(uint64_t word)
{
    uint64_t count = word >> (MP__SIZE_SHIFT + MP__ROW_BITS) & MP__ROW_MASK;

    return mp__there_is(word, MP__ROW) ? (uint32_t) count + 1 : 1;
}

// How many laps a word is ahead of `lap`; in a circle.
static inline int32_t mp__laps_ahead(uint64_t word, uint32_t lap)
{
    return (int32_t) (((uint32_t) word - lap) << (32 - MP__LAP_BITS)) >>
           (32 - MP__LAP_BITS);
}

static inline bool mp__is_of_lap(uint64_t word, uint32_t lap)
{
    return (((uint32_t) word ^ lap) & MP__LAP_MASK) == 0;
}

#endif
