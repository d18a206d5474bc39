// SPDX-License-Identifier: Apache-2.0
// Messages that tell who put them, as his how manyth, and whether they are
// whole; and an account of them in shared memory, by which what is lost, or
// comes twice, or out of order, is found.
#ifndef MP_TESTS_STRESS_LEDGER_H
#define MP_TESTS_STRESS_LEDGER_H

#include "tests/stress/stress.h"

#define LEDGER_PARTIES                                                         \
    (STRESS_WORKERS + 1) // the last is the test's own process
#define LEDGER_OWN STRESS_WORKERS
#define LEDGER_SEEN 8192
#define LEDGER_HEAD sizeof(ledger_head_t)

// The first bytes of a message.
typedef struct ledger_head {
    uint32_t size;
    uint32_t party;
    uint64_t number; // from 1
} ledger_head_t;

typedef struct ledger {
    mp__object_t head;
    _Atomic uint64_t begun[LEDGER_PARTIES]; // messages of each
    _Atomic uint64_t refused;               // that were not put after all
    _Atomic uint64_t got;                   // for the first time
    _Atomic uint64_t twice;
    _Atomic uint64_t deaths;
    // The last number that each has got of each.
    _Atomic uint64_t last[LEDGER_PARTIES][LEDGER_PARTIES];
    _Atomic uint64_t seen[LEDGER_PARTIES][LEDGER_SEEN];
} ledger_t;

extern ledger_t *ledger;
extern bool ledger_repeats; // messages may come again

bool ledger_make(stress_page_t *page, int at);
bool ledger_open(stress_page_t *page, int at);
void ledger_destroy(void);

// A message of this one's. One without bytes tells nothing, and is counted.
void ledger_write(int party, void *bytes, size_t size);
void ledger_refuse(uint64_t count);
// 0, or what is wrong with it.
int ledger_read(int party, const void *bytes, size_t size);
// Nothing is left: NULL, or what is wrong. A death costs up to `most`.
const char *ledger_settle(uint64_t most);

#endif
