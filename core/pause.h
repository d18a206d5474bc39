// SPDX-License-Identifier: Apache-2.0
// How to wait for what another processor is about to do: watch closely for a
// moment, then give the processor away a few times, and then sleep. On a single
// processor nobody watches: the other side needs it.
#ifndef MP_CORE_PAUSE_H
#define MP_CORE_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mp__pause {
    int step;
    int64_t end; // of this part
} mp__pause_t;

#define MP__PAUSE_NEW                                                          \
    {                                                                          \
        0, 0                                                                   \
    }

// False once it is time to sleep.
bool mp__pause(mp__pause_t *pause);

// The same for who waits for messages: longer, as waking a sleeper costs more
// than that, and by the clock.
bool mp__pause_long(mp__pause_t *pause);
// For as long as it takes another to do a few things.
void mp__pause_aside(void);
// What was waited for has come.
void mp__pause_found(const mp__pause_t *pause);

// Whether what was waited for has been coming one upon the other for a while.
// Who gets as fast as another puts waits for each message just where that one
// is writing, and takes the line away from him at each. So in a rush he first
// stands aside for a moment, in which several come; if they do not, it is over,
// and he waits closely again.
typedef struct mp__rush {
    _Atomic unsigned close_ones;
} mp__rush_t;

bool mp__rush_is_on(const mp__rush_t *rush);
void mp__rush_note(mp__rush_t *rush, const mp__pause_t *pause);
void mp__rush_end(mp__rush_t *rush);

// Sleep that is cut into naps, because a wake may be lost with a process that
// dies: after each nap look at what it would have told. The first ones are
// short. A nap goes on where a signal or an idle wake interrupted it, or
// frequent ones would put off the look for ever.
#define MP__NAP_FIRST_NS INT64_C(4000000)
#define MP__SLICE_NS INT64_C(250000000) // nobody sleeps longer without a look

typedef struct mp__nap {
    int64_t length;
    int64_t end;
} mp__nap_t;

#define MP__NAP_NEW                                                            \
    {                                                                          \
        MP__NAP_FIRST_NS, 0                                                    \
    }
// Where a look is at several others, all naps are long.
#define MP__NAP_LONG                                                           \
    {                                                                          \
        MP__SLICE_NS, 0                                                        \
    }

// When to wake up.
int64_t mp__nap_until(mp__nap_t *nap, int64_t deadline);
// After having slept: whether it is time to look.
bool mp__nap_over(mp__nap_t *nap, int64_t deadline);

// Who only tries asks the system, too, but only now and then, or he would never
// learn that a holder is dead. Of each holder, or each object: who tries many
// in turn learns of all.
bool mp__look_due(uint32_t key);

// For who has nobody to look for: when to read the word again.
int64_t mp__slice_until(int64_t deadline);

#endif
