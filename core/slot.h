// SPDX-License-Identifier: Apache-2.0
// The slots of members inside. A key is the state of a slot, its generation,
// and the pid of who took it; a token is the number of a slot and a generation.
#ifndef MP_CORE_SLOT_H
#define MP_CORE_SLOT_H

#include "core/member.h"
#include "platform/platform.h"

#define MP__STATE_SHIFT 56
#define MP__GENERATION_SHIFT 32
#define MP__GENERATION_BITS 19
#define MP__GENERATION_MASK UINT32_C(0x7ffff)
#define MP__INDEX_BITS 12
#define MP__INDEX_MASK UINT32_C(0xfff)

_Static_assert(MP__SLOTS == 1 << MP__INDEX_BITS, "an index has its bits");

static inline uint64_t mp__key(unsigned state, uint32_t generation, int64_t pid)
{
    return (uint64_t) state << MP__STATE_SHIFT |
           (uint64_t) generation << MP__GENERATION_SHIFT |
           (uint64_t) (uint32_t) pid;
}

static inline unsigned mp__key_state(uint64_t key)
{
    return (unsigned) (key >> MP__STATE_SHIFT);
}

static inline uint32_t mp__key_generation(uint64_t key)
{
    return (uint32_t) (key >> MP__GENERATION_SHIFT) & MP__GENERATION_MASK;
}

static inline int64_t mp__key_pid(uint64_t key)
{
    return (int64_t) (uint32_t) key;
}

static inline uint32_t mp__token_of(uint32_t index, uint32_t generation)
{
    return generation << MP__INDEX_BITS | index;
}

static inline uint32_t mp__token_index(uint32_t token)
{
    return token & MP__INDEX_MASK;
}

static inline mp__slot_t *mp__slot_of(uint32_t token)
{
    return &mp__slots()[mp__token_index(token)];
}

// Whether the key is that of the token's member.
static inline bool mp__key_is_of(uint64_t key, uint32_t token)
{
    return mp__key_state(key) != MP__SLOT_FREE &&
           mp__key_generation(key) == token >> MP__INDEX_BITS;
}

// What a slot that is free must not tell of who had it.
static inline void mp__slot_clear(mp__slot_t *slot)
{
    atomic_store(&slot->since, 0);
    atomic_store(&slot->process, 0);
    atomic_store(&slot->forked_at, 0);
    atomic_store(&slot->freeing, 0);
    atomic_store(&slot->reserved, 0);
    atomic_store(&slot->parent, 0);
    atomic_store(&slot->line_from, 0);
}

// In which it is told when a slot was reserved.
static inline uint64_t mp__slot_clock_ms(void)
{
    const int64_t ns_per_ms = 1000000;

    return (uint64_t) (mp_plat_now() / ns_per_ms);
}

#endif
