// SPDX-License-Identifier: Apache-2.0
// Two sides that each write one thing and then read the other's: who publishes
// something and looks whether somebody sleeps, and who says that he is going to
// sleep and looks whether something was published. Each needs a fence in
// between, but the one of who publishes would cost more than all the rest. So
// where the system can send a fence to all others, the sleeper does, who has
// the time.
#ifndef MP_CORE_FENCE_H
#define MP_CORE_FENCE_H

#include "core/member.h"

typedef enum mp__fence {
    MP__FENCE_UNKNOWN,
    MP__FENCE_SENT, // the other side's reaches this process
    MP__FENCE_OWN
} mp__fence_t;

MP__SLOW void mp__fence_often_slow(void);

// Of the side that publishes.
static inline void mp__fence_often(void)
{
    if (atomic_load_explicit(&MP__OWN->fence, memory_order_relaxed) ==
        MP__FENCE_SENT) {
        atomic_signal_fence(memory_order_seq_cst);
    } else {
        mp__fence_often_slow();
    }
}

// Of the side that sleeps. False: others may have no fence, so it must not
// sleep for long.
bool mp__fence_rarely(void);

#endif
