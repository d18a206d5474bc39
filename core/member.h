// SPDX-License-Identifier: Apache-2.0
// Members of a family. A member is named by its token: the number of its slot
// and a generation, in 31 bits, never 0. A token whose generation is not that
// of its slot any more belongs to a member that is dead.
#ifndef MP_CORE_MEMBER_H
#define MP_CORE_MEMBER_H

#include "core/arena.h"

// What a fast path falls back on. Inside of it, its calls would have registers
// saved in memory first, and an atomic instruction waits for such stores.
#ifdef __GNUC__
#define MP__SLOW __attribute__((noinline))
#else
#define MP__SLOW
#endif

#define MP__TOKEN_MASK UINT32_C(0x7fffffff)

// What this process knows of itself; forks wipe it.
typedef struct mp__own {
    mp_word_t token;    // of this process, unless threads have tokens, too
    mp_word_t process;  // of this process; 0: it is no member yet
    mp_word_t busy;     // guards the slabs that this process allocates from
    mp_word_t slabs[8]; // the current one of each class, as unit plus one
    mp_word_t fence;    // an mp__fence_t (core/fence.h)
} mp__own_t;

_Static_assert(sizeof(mp__own_t) <= MP_PLAT_WIPED_SIZE, "it has room");

#define MP__OWN ((mp__own_t *) (void *) mp_plat_wiped)

// The token of this thread, as holder of what it acquires; 0 if this process
// cannot become a member, with the failure recorded.
uint32_t mp__token_slow(void);

// The same where that is known without a call, else 0.
static inline uint32_t mp__token_known(void)
{
    return atomic_load_explicit(&MP__OWN->token, memory_order_relaxed);
}

static inline uint32_t mp__token(void)
{
    uint32_t token = mp__token_known();
    return token != 0 ? token : mp__token_slow();
}

// The token of this process, which owns what it allocates. Not before
// mp__arena_ready().
static inline uint32_t mp__process_token(void)
{
    return atomic_load_explicit(&MP__OWN->process, memory_order_relaxed);
}

// Makes the arena if this process has none, and makes it a member: what every
// call begins with that needs it. As mp__arena_join().
static inline int mp__arena_ready(void)
{
    return mp__process_token() != 0 ? 0 : mp__arena_join();
}

// Makes this process a member. MP_ENPROC: the family has 4096 already.
int mp__member_ready(void);
// Around a fork: a slot is made for the child before there is one, so that
// what it inherits is not freed by its parent meanwhile.
void mp__member_forking(void);  // in the parent, with the locks held
void mp__member_fork_now(void); // the same, and with the busy lock
void mp__member_forked(void);   // in the child
void mp__member_not_forked(void);
void mp__member_was_forked(int64_t pid); // in the parent, if it is told
// A thread of the thread method. Its end is a death, for what it holds.
void mp__member_thread_began(void);
void mp__member_thread_ended(void);

// Whether the member is dead, as far as can be told. `look` false: only what
// is known; true: asks the system.
bool mp__member_dead(uint32_t token, bool look);
// Whether a living member was forked by one of the `forks` forks that came
// after `clock` had said so much, or descends from one that was.
#define MP__ALL_FORKS UINT32_MAX
bool mp__member_forked_after(uint32_t clock, uint32_t forks);

typedef enum mp__slot_state {
    MP__SLOT_FREE,
    MP__SLOT_RESERVED, // for a fork under way
    MP__SLOT_LIVE,
    MP__SLOT_DEAD
} mp__slot_state_t;
mp__slot_state_t mp__slot_state(uint32_t index);

// Frees what dead members held: those that are known to be dead, and those with
// this pid that a look at the system finds dead; 0: all that it finds, and what
// waited for members that others have recovered.
void mp__members_recover(int64_t pid);

#endif
