// SPDX-License-Identifier: Apache-2.0
// The memory that a family of processes shares: its layout, and its mapping in
// this process. Everything in it is addressed by offsets, never by pointers.
#ifndef MP_CORE_ARENA_H
#define MP_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/shared.h"

#define MP__ARENA_STEP ((size_t) 64 * 1024) // memory is committed in these
#define MP__UNIT ((size_t) 4096)            // and given away in these
#define MP__SLOTS 4096                      // members of a family
#define MP__BINS 100                        // lists of free spans

// A member of the family: a process, or a thread of the thread method. Whoever
// takes a slot may die at once: so all but the key is zero while it is free.
typedef struct mp__slot {
    _Atomic uint64_t key;      // state, generation and pid (core/member.c)
    _Atomic uint64_t since;    // of its life; 0: not told yet
    mp_word_t process;         // of a thread: the token of its process; else 0
    mp_word_t forked_at;       // the clock of forks at its birth; 0: not forked
    _Atomic uint64_t freeing;  // the offset of the object it is freeing, or 0
    _Atomic uint64_t reserved; // for a fork: when, and in which generation
    mp_word_t parent;          // who forked it, or who forked that one
    mp_word_t line_from; // the first fork of those that are gone, or its own
    uint64_t unused[2];
} mp__slot_t;

// What lies at offset 0. What is not said to be guarded by the heap's lock is
// atomic, or never changes.
typedef struct mp__arena {
    uint64_t magic;
    uint64_t family;      // a random number
    uint64_t size;        // of the reservation
    uint64_t map_offset;  // of the units' entries (core/pages.c)
    uint64_t data_offset; // of unit 0
    mp_word_t slots_used; // slots above were never used
    mp_word_t slots_committed;
    mp_word_t fork_clock; // counts forks of members
    mp_word_t heap;       // the lock of the heap
    mp_word_t joined;     // a unit, plus one: see core/pages.c
    mp_word_t laps; // with which rings of queues begin: see core/queue_word.h
    mp_word_t unused[1];
    // Guarded by the heap's lock.
    mp_word_t generation; // above those of all objects in spans that went
    _Atomic uint64_t map_committed; // bytes
    _Atomic uint64_t units;         // that are committed
    _Atomic uint64_t limbo;         // the first object that waits for forks
    uint64_t bins_used[2];          // a bit for each bin that has a span
    uint32_t bins[MP__BINS];        // first unit of a free span, plus one
} mp__arena_t;

// This process's mapping; base is NULL before mp__arena_ready().
extern mp_plat_memory_t mp__memory;

static inline mp__arena_t *mp__arena(void)
{
    return (mp__arena_t *) (void *) mp__memory.base;
}

static inline void *mp__at(uint64_t offset)
{
    return mp__memory.base + offset;
}

static inline uint64_t mp__offset_of(const void *address)
{
    return (uint64_t) ((const unsigned char *) address - mp__memory.base);
}

// Makes the arena if this process has none, and makes it a member. MP_ENOMEM,
// MP_ENOSPC, MP_EMFILE.
int mp__arena_join(void);
// In a spawned child: takes over its parent's. MP_ENOMEM, MP_EPROTO.
int mp__arena_open(intptr_t handle, uint64_t size, uint64_t family);
// Whether the address lies in the usable part of it.
bool mp__arena_has(const void *address, size_t size);
// In a forked child, before anything else uses the arena.
void mp__arena_forked(void);

mp__slot_t *mp__slots(void);

#endif
