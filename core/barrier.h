// SPDX-License-Identifier: Apache-2.0
// Barriers inside: the public calls are in core/barrier_calls.c.
#ifndef MP_CORE_BARRIER_H
#define MP_CORE_BARRIER_H

#include <multiprocessing/barrier.h>

#include "core/object.h"

#define MP__BROKEN_ROUNDS 16 // that are remembered, by the number's rest

typedef struct mp__action {
    mp_barrier_action_fn run;
    void *argument;
} mp__action_t;

struct mp_barrier {
    mp__object_t head;
    uint32_t parties;
    mp_word_t turn;         // core/turn.h
    _Atomic uint64_t state; // core/barrier.c
    int64_t timeout_ms;
    mp__action_t action;
    uint64_t image; // the run of a program that knows the action
    _Atomic uint64_t broken[MP__BROKEN_ROUNDS];
    _Atomic uint64_t places[];
};

// What is zero otherwise begins its first round.
void mp__barrier_begin(mp_barrier_t *barrier);
// 0, MP_EBROKEN, MP_ETIMEDOUT, MP_ENPROC, recorded.
int mp__barrier_wait(mp_barrier_t *barrier, int64_t deadline,
                     const mp__action_t *action, int *index);
void mp__barrier_abort(mp_barrier_t *barrier);
void mp__barrier_reset(mp_barrier_t *barrier);
bool mp__barrier_is_broken(const mp_barrier_t *barrier);
uint64_t mp__barrier_round(const mp_barrier_t *barrier);
// How many have come to this round.
uint32_t mp__barrier_come(const mp_barrier_t *barrier, uint64_t round);

#endif
