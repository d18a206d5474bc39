// SPDX-License-Identifier: Apache-2.0
// What the operations on queues share: one queue, and messages that have
// numbers and tell whether they are whole.
#ifndef MP_TESTS_STRESS_STEP_QUEUE_H
#define MP_TESTS_STRESS_STEP_QUEUE_H

#include "tests/stress/step.h"

#define STEP_SHORT ((size_t) 20)    // lies in a place
#define STEP_LONG ((size_t) 300)    // has memory of its own
#define STEP_HUGE ((size_t) 100000) // and of that a span
#define STEP_RING 256  // places of a ring of a queue without a maxsize
#define STEP_NEXT 5000 // the number of what is put after a death

// NULL if it could not be made.
extern mp_queue_t *step_queue;
void step_queue_make(size_t maxsize, const mp_queue_options_t *options);
void step_queue_destroy(void);

// The bytes of a message, up to STEP_LONG of them; until the next call.
const void *step_queue_bytes(uint32_t number, size_t size);
int step_queue_put(uint32_t number, size_t size, int64_t timeout_ms);
void step_queue_put_row(uint32_t from, uint32_t count, size_t size);
// The number of the message that was got, or a code; MP_EPROTO: it is torn.
int step_queue_get(int64_t timeout_ms);

// What is in the queue, 0 and up, how many of these the victim gets, and how
// many it puts behind them: of each it may cost all or none.
typedef struct step_queue_plan {
    uint32_t before;
    uint32_t got;
    uint32_t put;
} step_queue_plan_t;
extern step_queue_plan_t step_queue_plan;
void step_queue_expect(uint32_t before, uint32_t got, uint32_t put);
// Puts the first of these.
void step_queue_put_one(void);
// `ready`, of a third process that has said so.
bool step_queue_helper_waits(void);

// Whether it is still full when the limit is over. The dead are looked for now
// and then, so it may be for a moment.
bool step_queue_stays_full(void);
// Puts one more and gets all up to it: NULL, or what is wrong.
const char *step_queue_go_on(void);
// The queue is empty, and is filled and emptied.
const char *step_queue_is_sound(void);
// Both.
const char *step_queue_check(void);

#endif
