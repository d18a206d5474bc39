// SPDX-License-Identifier: Apache-2.0
// What those have in common who use a queue that others use who are killed.
#ifndef MP_TESTS_STRESS_QUEUE_H
#define MP_TESTS_STRESS_QUEUE_H

#include "tests/stress/stress_ledger.h"

#define STRESS_SMALL 100
#define STRESS_LONG 100000
#define STRESS_ROW_GOT 16 // messages that are got at once, at most

extern mp_queue_t *stress_queue;
extern unsigned char stress_bytes[STRESS_LONG]; // room, of each process

// Whether this worker is one that puts; and if so, whether there are too many.
bool stress_puts(void);
bool stress_is_crowded(void);
bool stress_is_refused(int r);
size_t stress_small_size(uint64_t *random);
// Gets one: 0, also if there was none, or what is wrong.
int stress_get_bytes(int party, int64_t timeout_ms);

// stress_queue_rows.c
int stress_exchange_rows(stress_page_t *page, uint64_t *random);

#endif
